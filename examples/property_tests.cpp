// SPDX-License-Identifier: BSL-1.0

// A host's own property tests, with the library's generators and RapidCheck.

#include <membership/membership.hpp>
#include <membership/testing/generators.hpp>

#include <rapidcheck.h>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

using namespace membership;

namespace {

using Pair = std::pair<std::string, std::string>;

// What is tested: code of the host's.

/// Who is an active member of what, kept up to date from the events.
class Members {
 public:
  template <class S>
  void catch_up(S& store) {
    Page<EventId> page;
    page.limit = longest_page;
    page.after = last_;
    const auto end = store.list(*EventQuery::make(page), [this](const EventRow& row) {
      take(row);
      last_ = row.id;
    });
    if (end && (*end).more) catch_up(store);
  }
  const std::set<Pair>& active() const { return active_; }

 private:
  void take(const EventRow& row) {
    if (row.membership == nullptr || row.type > EventType::organization_membership_deleted) return;
    const Pair pair{row.membership->user.view(), row.membership->organization.view()};
    const bool is_active = row.type != EventType::organization_membership_deleted &&
                           row.membership->status == Status::active;
    if (is_active) {
      active_.insert(pair);
    } else {
      active_.erase(pair);
    }
  }

  std::set<Pair> active_;
  std::optional<EventId> last_;
};

/// The key of a membership in the host's cache.
std::string cache_key(const UserId& user, const OrganizationId& organization) {
  return std::to_string(user.view().size()) + ':' + std::string(user.view()) +
         std::string(organization.view());
}

// What it is tested against.

std::set<Pair> active_members(MemoryStore& store, const testing::Known& known) {
  std::set<Pair> found;
  for (const testing::Known::Member& one : known.members) {
    const auto seen = store.view(one.user, one.organization, [&](const MembershipRow& row) {
      if (row.membership.status == Status::active) {
        found.emplace(one.user.view(), one.organization.view());
      }
    });
    RC_ASSERT(seen.has_value());
  }
  return found;
}

// The properties.

bool keys_differ() {
  return rc::check("two memberships never share a key", [] {
    const std::string text = *testing::utf8_text(2, 12);
    // Two ids that make up the text, cut anywhere between two characters.
    const auto cut = [&] {
      const std::string_view user =
          utf8_prefix(text, *rc::gen::inRange<std::size_t>(1, text.size()));
      RC_PRE(!user.empty());
      const auto organization = std::string_view(text).substr(user.size());
      return std::pair(user, cache_key(*UserId::make(user), *OrganizationId::make(organization)));
    };
    const auto [user, key] = cut();
    const auto [other_user, other_key] = cut();
    RC_ASSERT((key == other_key) == (user == other_user));
  });
}

bool follows_every_step() {
  return rc::check("the members kept from events are those of the store", [] {
    MemoryStore store;
    const MembershipPolicy<OwnerGuard, SeatLimit, GrantRule> policy;
    testing::StepRuntime runtime;
    testing::Known known;
    Members members;
    for (const testing::CommandStep& step : *testing::command_steps()) {
      const auto result = testing::run_step(store, policy, step, known, runtime);
      RC_ASSERT(result || result.error().kind == FailureKind::refused);
      members.catch_up(store);
      RC_ASSERT(members.active() == active_members(store, known));
    }
  });
}

bool catches_up_with_a_world() {
  return rc::check("the same when it begins with a world that is there", [] {
    MemoryStore store;
    testing::StepRuntime runtime;
    auto known = testing::fill(store, *testing::whole_world(), runtime);
    RC_ASSERT(known.has_value());
    Members members;
    members.catch_up(store);
    RC_ASSERT(members.active() == active_members(store, *known));

    testing::StepSpace space;
    space.kinds = {testing::CommandStep::Kind::deactivate_membership,
                   testing::CommandStep::Kind::reactivate_membership,
                   testing::CommandStep::Kind::delete_user};
    for (const testing::CommandStep& step : *testing::command_steps(space)) {
      const auto result = testing::run_step(store, MembershipPolicy<>{}, step, *known, runtime);
      RC_ASSERT(result || result.error().kind == FailureKind::refused);
    }
    members.catch_up(store);
    RC_ASSERT(members.active() == active_members(store, *known));
  });
}

}  // namespace

int main() {
  const bool keys = keys_differ();
  const bool steps = follows_every_step();
  const bool worlds = catches_up_with_a_world();
  return keys && steps && worlds ? 0 : 1;
}
