// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_EXPLORER_STAGE_HPP
#define MEMBERSHIP_TESTING_EXPLORER_STAGE_HPP

#include "membership/policy/plan.hpp"
#include "membership/testing/explorer/digest.hpp"
#include "membership/testing/explorer/fiber.hpp"
#include "membership/testing/explorer/invariants.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

/// How an actor ended.
struct Ended {
  std::string how = "done";
  std::optional<ErrorCode> refused{};
  /// Of one that follows the log: what it has read, and the last that it has seen.
  std::optional<std::vector<EventId>> read{};
};

/// What one actor does, from its first verb to its last. Must be the same each time that it sees
/// the same. From one command to the next it must carry no revision but those of its first commit,
/// as the mark of a long operation: what has another revision is taken for the same by then.
using Act = std::function<Ended()>;

/// Runs actors one verb at a time: an actor stands before its next verb until it is told to do it,
/// and goes on to stand before the one behind that.
class Stage {
 public:
  explicit Stage(std::vector<Fiber*> fibers) : fibers_(std::move(fibers)) {}
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() {
    for (std::size_t actor = 0; actor < actors_.size(); ++actor) stop(actor);
  }

  /// One more actor, who stands before the first verb. Preconditions: there is a fiber for it.
  void enter(Act act) {
    actors_.emplace_back();
    Actor& actor = actors_.back();
    actor.act = std::move(act);
    fibers_[actors_.size() - 1]->begin([this, &actor] {
      try {
        actor.ended = actor.act();
      } catch (const Stopped&) {
        actor.ended = Ended{"stopped"};
      } catch (...) {
        fault_ = std::current_exception();
        actor.ended = Ended{"failed"};
      }
    });
    go_on(actors_.size() - 1);
  }

  /// Has an actor do the verb that it stands before. Preconditions: it has not ended.
  void step(std::size_t actor) {
    clear();
    Actor& now = actors_[actor];
    ++now.steps;
    go_on(actor);
    now.at_page = committed_ && !now.ended;
  }

  /// An actor does nothing more, as if its process were gone.
  void stop(std::size_t actor) {
    clear();
    if (actors_[actor].ended) return;
    stopping_ = true;
    go_on(actor);
    stopping_ = false;
  }

  std::size_t size() const noexcept { return actors_.size(); }
  bool has_ended(std::size_t actor) const noexcept { return actors_[actor].ended.has_value(); }
  const Ended& end_of(std::size_t actor) const noexcept {
    return *actors_[actor].ended;  // NOLINT(bugprone-unchecked-optional-access)
  }
  /// Whether the last that an actor did was a commit, with more to come.
  bool is_between_pages(std::size_t actor) const noexcept { return actors_[actor].at_page; }
  std::size_t steps(std::size_t actor) const noexcept { return actors_[actor].steps; }
  /// What an actor has seen so far, and so where it stands.
  std::uint64_t history(std::size_t actor) const noexcept {
    const Actor& now = actors_[actor];
    Digest digest = now.settled;
    digest.add(now.seen.value()).add(std::uint64_t{now.ended.has_value()});
    return digest.add(std::uint64_t{now.at_page}).value();
  }
  /// Of the last step.
  bool committed() const noexcept { return committed_; }
  const std::vector<MembershipEffect>& effects() const noexcept { return effects_; }
  const std::vector<GrantEffect>& grants() const noexcept { return grants_; }
  /// The environment's revision that the last step's plans were decided on, in an organization.
  std::uint64_t decided_on() const noexcept { return decided_on_; }
  /// What the last step did and saw, in words, where that is asked for.
  void tell(bool tells) noexcept { tells_ = tells; }
  bool tells() const noexcept { return tells_; }
  const std::string& told() const noexcept { return told_; }

  // For stores. Outside an actor they do nothing.

  /// Stands before a verb.
  void before_verb() {
    if (playing_ == nullptr) return;
    if (stopping_) throw Stopped{};
    playing_->pause();
    if (stopping_) throw Stopped{};
  }
  /// An actor begins with another command.
  void begin_command() {
    if (playing_ != nullptr) actors_[player_].settle();
  }
  /// What the verb showed to the actor, and the same without revisions. `say` makes the text.
  template <class Say>
  void saw(std::string_view verb, const Digest& seen, const Digest& kept, const Say& say) {
    if (playing_ == nullptr) return;
    actors_[player_].seen.add(seen.value());
    actors_[player_].kept.add(kept.value());
    if (tells_) told_ += (told_.empty() ? "" : "; ") + std::string(verb) + ": " + say();
  }
  /// A commit that came too late: the command begins anew, as if it had seen nothing.
  void did_conflict() {
    if (playing_ != nullptr) actors_[player_].forget();
  }
  void did_commit(std::span<const Plan> plans) {
    if (playing_ == nullptr) return;
    committed_ = true;
    actors_[player_].committed = true;
    for (const Plan& plan : plans) {
      if (plan.touch) decided_on_ = plan.touch->fenced_to;
      if (plan.organization) decided_on_ = plan.organization->after.fenced_to;
      for (const auto* const write : {plan.membership.get(), plan.other.get()}) {
        if (write == nullptr) continue;
        effects_.push_back(
            MembershipEffect{write->after, write->effect, write->before.roles, plan.trace.about});
        if (write->effect == Effect::erase) continue;
        const bool active = write->before.standing == Standing::active;
        note_grant(plan, active ? write->after.roles - write->before.roles : write->after.roles);
      }
      if (plan.invitation && plan.invitation->precondition == Precondition::absent) {
        note_grant(plan, plan.invitation->held);
      }
    }
  }

 private:
  /// Unwinds an actor that does not go on.
  struct Stopped {};

  struct Actor {
    Act act{};
    /// What it has seen, in full, since its command began.
    Digest seen{};
    Digest kept{};  ///< the same without revisions
    /// What it keeps of the commands before. The first that commits is a mark, whose revision its
    /// steps go by.
    Digest settled{};
    std::optional<Ended> ended{};
    std::size_t steps = 0;
    bool committed = false;
    bool marked = false;
    bool at_page = false;

    void forget() noexcept { seen = kept = Digest{}; }
    void settle() noexcept {
      settled.add(marked ? kept.value() : seen.value());
      marked = committed;
      forget();
    }
  };

  void note_grant(const Plan& plan, RoleSet roles) {
    if (!plan.touch || roles.empty()) return;
    grants_.push_back(GrantEffect{*plan.organization_id(), roles});
  }

  void clear() noexcept {
    effects_.clear();
    grants_.clear();
    decided_on_ = 0;
    told_.clear();
    committed_ = false;
  }

  void go_on(std::size_t actor) {
    playing_ = fibers_[actor];
    player_ = actor;
    playing_->resume();
    playing_ = nullptr;
    if (fault_) std::rethrow_exception(std::exchange(fault_, nullptr));
  }

  std::vector<Fiber*> fibers_;
  std::deque<Actor> actors_{};
  std::vector<MembershipEffect> effects_{};
  std::vector<GrantEffect> grants_{};
  std::uint64_t decided_on_ = 0;
  std::string told_{};
  std::exception_ptr fault_{};
  Fiber* playing_ = nullptr;
  std::size_t player_ = 0;
  bool stopping_ = false;
  bool committed_ = false;
  bool tells_ = false;
};

}  // namespace testing
}  // namespace membership::inline v0

#endif
