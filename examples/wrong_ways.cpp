// SPDX-License-Identifier: BSL-1.0
/// Prints, for ways of committing and of deleting that look right and are not, the shortest
/// schedule that shows it, as the schedule explorer finds it; and that the right way has none.
#include "support/wrong_ways.hpp"

#include <membership/administration.hpp>
#include <membership/membership.hpp>
#include <membership/testing/schedule_explorer.hpp>
#include <membership/testing/step_store.hpp>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace membership;
using namespace membership::testing;

namespace {

using Actors = std::vector<Instance<StepStore>>;

Exploration explore(const StepOptions& options, const Actors& actors) {
  const auto make = [&] {
    auto world = std::make_unique<StepWorld>(options);
    make_start_world(world->observer(), StartWorld::plain);
    return world;
  };
  std::vector<const Instance<StepStore>*> playing;
  for (const auto& actor : actors) playing.push_back(&actor);
  return ScheduleExplorer(make).explore(playing);
}

Instance<StepStore> named(std::string_view name) {
  static const auto all = explorer_instances<StepStore>();
  return instance_of(all, name);
}

/// A step of a schedule ("1. who | verb: what -> result | ends: how") in a few words.
std::string in_short(const std::string& step) {
  const auto what = step.find(": ");
  const auto result = step.find(" -> ");
  if (step.compare(0, what, "commit") != 0) return step.substr(0, what);
  std::string text = step.substr(what + 2, result - what - 2);
  text.erase(std::min(text.size(), text.find(" (")));
  const auto last = text.rfind(", ");
  if (last != text.npos) text.erase(0, last + 2);
  const bool marks = text.starts_with("put") && text.ends_with("ing");  // deleting, retiring
  if (marks) text.replace(0, 3, "mark");
  for (const std::string_view more : {" at ", " of ", " retiring"}) {
    text.erase(std::min(text.size(), text.find(more)));
  }
  for (auto at = text.find("_0"); at != text.npos; at = text.find("_0")) text.erase(at + 1, 1);
  return step.compare(result, 10, " -> commit") == 0 ? text : text + ": conflict";
}

/// Prints a schedule from the top down, a column for each actor.
void draw(const Actors& actors, const std::vector<std::string>& schedule) {
  constexpr std::size_t width = 27;
  const auto row = [&](std::size_t column, const std::string& text) {
    std::cout << "  " << std::string(column * width, ' ') << text << '\n';
  };
  std::string names;
  for (const auto& actor : actors) {
    names.resize(names.empty() ? 0 : (names.size() / width + 1) * width, ' ');
    names += actor.name;
  }
  row(0, names);
  for (const std::string& line : schedule) {
    for (std::size_t at = 0; at < actors.size(); ++at) {
      const std::string who = ". " + actors[at].name + " | ";
      const auto found = line.find(who);
      if (found != line.npos) row(at, in_short(line.substr(found + who.size())));
    }
  }
}

/// Whether the right way holds and the wrong one breaks; prints how.
bool compare(std::string_view title, const StepOptions& right_options, const Actors& right,
             const StepOptions& wrong_options, const Actors& wrong) {
  const Exploration holds = explore(right_options, right);
  const Exploration breaks = explore(wrong_options, wrong);
  std::cout << title << '\n';
  if (holds.violation || !breaks.violation) return false;
  draw(wrong, breaks.violation->schedule);
  std::cout << "violated: " << to_string(breaks.violation->breach.invariant) << '\n'
            << "the right way: holds in all of " << holds.schedules << " schedules\n\n";
  return true;
}
bool compare(std::string_view title, const StepOptions& right, const StepOptions& wrong,
             const Actors& actors) {
  return compare(title, right, actors, wrong, actors);
}

}  // namespace

int main() {
  bool as_told = true;
  const StepOptions right;

  // Two owners demote each other, on a store that compares the organization and does not set it.
  StepOptions wrong = right;
  wrong.sets_organization = false;
  as_told &= compare("organization compared, never set", right, wrong,
                     {named("demote first"), named("demote second")});

  // The role is looked for, and then removed.
  const auto give = named("update to editor");
  as_told &=
      compare("look for holders, then remove the role", right, {give, named("delete unused role")},
              right, {give, membership_tests::look_then_remove()});

  // It is marked first, but only organizations that hold it are visited.
  as_told &= compare("mark the role, visit only its holders", right, {give, named("delete role")},
                     right, {give, membership_tests::visit_holders()});

  // The catalogue of roles is kept in the process and not compared with the environment.
  StepOptions exact = right;
  exact.cache = StepOptions::Cache::exact;
  wrong = exact;
  wrong.cache = StepOptions::Cache::blind;
  as_told &= compare("roles kept in the process, never looked at again", exact, wrong,
                     {give, named("delete role")});

  // The user is looked at when the command is decided, and not compared by the commit.
  wrong = right;
  wrong.compares_user = false;
  as_told &= compare("user not compared", right, wrong,
                     {named("create elsewhere"), named("delete user without")});

  // What is compared may change before the commit is done.
  StepOptions split = right;
  split.splits_commit = true;
  wrong = split;
  wrong.holds_compared = false;
  as_told &= compare("user compared, not held", split, wrong,
                     {named("create elsewhere"), named("delete user without")});

  // A membership is named by its place, and a new one in that place begins at revision 1 again.
  const DeleteMembership remove{explorer_membership(3)};
  wrong = right;
  wrong.names_by_id = false;
  as_told &= compare(
      "place and revision instead of id", right, wrong,
      {sequence_instance<StepStore>("delete, create again", remove,
                                    CreateMembership{explorer_user(3), explorer_organization('a')}),
       command_instance<StepStore>("delete", remove)});

  // An event takes its position before its commit; a reader follows the positions.
  wrong = split;
  wrong.log = StepOptions::Log::positions_before;
  as_told &= compare("event position taken before the commit", split, wrong,
                     {named("create"), named("create elsewhere"), named("read events")});
  return as_told ? 0 : 1;
}
