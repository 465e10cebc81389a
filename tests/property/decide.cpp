// SPDX-License-Identifier: BSL-1.0

// Every decision, in worlds that can be, by any options.
//
// Plan
//   unchanged fills no slot and has no event                            -> unchanged_is_empty
//   the same input gives the same plan or error                         -> repeatable
//   updated_at never goes back, created_at stays, id and pair stay      -> times_and_ids_stay
//   a membership written holds a role; one made holds what may be given -> roles_are_given
//   duplicates and order of a selection change nothing                  -> selections_are_sets
//   a second time the same is unchanged or refused                      -> again_changes_nothing
//   counts change by exactly the effect, the organization's row by one  -> counts_follow
//   exactly one event per effective change, of the right type           -> one_event
//   errors name a subject out of the request or the world               -> errors_name_something
//   create replaces the roles, reactivate keeps those that fit          -> two_ways_back
//   explain says something about every plan                             -> explained

#include "membership/policy/explain.hpp"
#include "membership/testing/fake_clock.hpp"
#include "membership/testing/generators.hpp"
#include "property/check.hpp"
#include "support/scale.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(decide)

using namespace membership;
using membership_tests::holds;
using membership_tests::scaled;

namespace {

std::size_t runs() { return scaled(500, 10'000); }

enum class Way { create, update, deactivate, reactivate, remove };

/// A world, a request and the options that it is decided by.
struct Case {
  testing::World world = *testing::world();
  Way way = *testing::one_of<Way>(
      {Way::create, Way::update, Way::deactivate, Way::reactivate, Way::remove});
  testing::OwnedSelection selection = *testing::selection(world.slugs());
  PolicyOptions options = any_options();
  std::int64_t milliseconds = *rc::gen::inRange<std::int64_t>(-2000, 2000);

  static PolicyOptions any_options() {
    PolicyOptions options;
    const auto choose = [](auto& option) {
      if (*rc::gen::inRange(0, 4) == 3) option = static_cast<std::decay_t<decltype(option)>>(1);
    };
    choose(options.create_over_active);
    choose(options.create_over_inactive_roles);
    choose(options.create_over_inactive_event);
    choose(options.update_not_active);
    choose(options.duplicate_slugs);
    choose(options.empty_slugs);
    choose(options.primary_role);
    choose(options.unfit_retained_role);
    choose(options.update_without_role);
    choose(options.directory_managed_roles);
    return options;
  }

  Context context() const {
    testing::FakeClock clock;
    clock.advance(milliseconds);
    testing::FixedIds ids(100);
    return draw_context<CreateMembership>(clock.now(), ids);
  }

  tl::expected<Plan, Error> decide(const Snapshot& seen,
                                   const testing::OwnedSelection& roles) const {
    MembershipPolicy<> policy;
    policy.options = options;
    const auto user = testing::FixedIds::numbered<UserId>(1);
    const auto organization = testing::FixedIds::numbered<OrganizationId>(1);
    const auto id = testing::FixedIds::numbered<MembershipId>(1);
    return roles.with([&](const RoleSelection& chosen) -> tl::expected<Plan, Error> {
      switch (way) {
        case Way::create:
          return policy.decide(CreateMembership{user, organization, chosen, {}}, seen, context());
        case Way::update: return policy.decide(UpdateRoles{id, chosen, {}}, seen, context());
        case Way::deactivate: return policy.decide(DeactivateMembership{id, {}}, seen, context());
        case Way::reactivate: return policy.decide(ReactivateMembership{id, {}}, seen, context());
        case Way::remove: break;
      }
      return policy.decide(DeleteMembership{id, {}}, seen, context());
    });
  }
  tl::expected<Plan, Error> decide() const { return decide(world.snapshot(), selection); }
};

bool same_write(const Plan& a, const Plan& b) {
  if (static_cast<bool>(a.membership) != static_cast<bool>(b.membership)) return false;
  if (static_cast<bool>(a.touch) != static_cast<bool>(b.touch)) return false;
  if (a.touch && !(a.touch->expected == b.touch->expected && a.touch->after == b.touch->after &&
                   a.touch->fenced_to == b.touch->fenced_to)) {
    return false;
  }
  return !a.membership || (a.membership->after == b.membership->after &&
                           a.membership->event == b.membership->event &&
                           a.membership->effect == b.membership->effect &&
                           a.membership->expected == b.membership->expected);
}

std::vector<EventType> events_of(const Plan& plan) {
  std::vector<EventType> events;
  for_each_event(plan, [&](EventType type, unsigned index) {
    RC_ASSERT(index == events.size());
    events.push_back(type);
  });
  return events;
}

}  // namespace

BOOST_AUTO_TEST_CASE(unchanged_is_empty) {
  holds("unchanged_is_empty", runs(), [] {
    const auto plan = Case().decide();
    if (!plan || (*plan).outcome != Outcome::unchanged) return;
    const Plan& empty = *plan;
    RC_ASSERT(!empty.environment && !empty.touch && !empty.organization && !empty.compared_user &&
              !empty.user && !empty.membership && !empty.role && !empty.order && !empty.claims &&
              !empty.invitation && !empty.profile);
    RC_ASSERT(events_of(empty).empty());
    RC_ASSERT(empty.organization_id() == nullptr);
  });
}

BOOST_AUTO_TEST_CASE(repeatable) {
  holds("repeatable", runs(), [] {
    const Case one;
    const auto first = one.decide();
    const auto second = one.decide();
    RC_ASSERT(first.has_value() == second.has_value());
    if (!first) {
      RC_ASSERT(first.error() == second.error());
      return;
    }
    RC_ASSERT((*first).outcome == (*second).outcome);
    RC_ASSERT((*first).id == (*second).id);
    RC_ASSERT((*first).decided_at == (*second).decided_at);
    RC_ASSERT(same_write(*first, *second));
    RC_ASSERT(explain(*first, one.world.snapshot().roles) ==
              explain(*second, one.world.snapshot().roles));
  });
}

BOOST_AUTO_TEST_CASE(times_and_ids_stay) {
  holds("times_and_ids_stay", runs(), [] {
    const Case one;
    const auto plan = one.decide();
    if (!plan || !(*plan).membership) return;
    const MembershipWrite& write = *(*plan).membership;
    RC_ASSERT(!(write.after.updated_at < write.after.created_at));
    if (write.precondition == Precondition::absent) {
      RC_ASSERT(write.after.created_at == one.context().now);
      RC_ASSERT(write.after.updated_at == one.context().now);
      return;
    }
    const OrganizationMembership& before = *one.world.state.membership;
    RC_ASSERT(write.after.id == before.id);
    RC_ASSERT(write.after.user == before.user);
    RC_ASSERT(write.after.organization == before.organization);
    RC_ASSERT(write.after.created_at == before.created_at);
    RC_ASSERT(write.after.directory_managed == before.directory_managed);
    RC_ASSERT(!(write.after.updated_at < before.updated_at));
    if (write.effect == Effect::put && before.updated_at < one.context().now) {
      RC_ASSERT(write.after.updated_at == one.context().now);
    }
    RC_ASSERT(write.expected == before.revision);
    RC_ASSERT(write.before.roles == before.roles);
    RC_ASSERT(write.before.standing == standing_of(before.status));
  });
}

BOOST_AUTO_TEST_CASE(roles_are_given) {
  holds("roles_are_given", runs(), [] {
    const Case one;
    const auto plan = one.decide();
    if (!plan || !(*plan).membership || (*plan).membership->effect == Effect::erase) return;
    const Snapshot seen = one.world.snapshot();
    const RoleSet roles = (*plan).membership->after.roles;
    RC_ASSERT(!roles.empty());
    if ((*plan).trace.role_source == RoleSource::retained && one.way == Way::deactivate) {
      RC_ASSERT(roles == seen.membership->roles);
      return;
    }
    RC_ASSERT((roles - seen.roles.assignable()).empty());
    RC_ASSERT(!roles.several() || seen.environment.allows_several_roles());
    if ((*plan).trace.role_source == RoleSource::requested) {
      RC_ASSERT(roles.contains((*plan).membership->after.first_requested));
    }
  });
}

BOOST_AUTO_TEST_CASE(selections_are_sets) {
  holds("selections_are_sets", runs(), [] {
    Case one;
    one.options.duplicate_slugs = DuplicateSlugs::count_once;
    if (one.selection.form != RoleSelection::Form::several || one.selection.slugs.empty()) return;
    testing::OwnedSelection other = one.selection;
    const std::size_t extra = *rc::gen::inRange<std::size_t>(0, 3);
    for (std::size_t i = 0; i < extra; ++i) {
      other.slugs.push_back(other.slugs[*rc::gen::inRange<std::size_t>(0, other.slugs.size())]);
    }
    const std::size_t turn = *rc::gen::inRange<std::size_t>(0, other.slugs.size());
    std::rotate(other.slugs.begin(), other.slugs.begin() + static_cast<std::ptrdiff_t>(turn),
                other.slugs.end());
    const auto first = one.decide();
    const auto second = one.decide(one.world.snapshot(), other);
    RC_ASSERT(first.has_value() == second.has_value());
    if (!first) {
      RC_ASSERT(first.error().code == second.error().code);
      return;
    }
    RC_ASSERT((*first).outcome == (*second).outcome);
    if ((*first).membership) {
      RC_ASSERT((*first).membership->after.roles == (*second).membership->after.roles);
    }
    // One slug in a list is as good as the slug itself.
    if (one.selection.slugs.size() == 1) {
      other.form = RoleSelection::Form::one;
      other.slugs = one.selection.slugs;
      const auto single = one.decide(one.world.snapshot(), other);
      RC_ASSERT(single.has_value());
      RC_ASSERT(same_write(*first, *single));
    }
  });
}

BOOST_AUTO_TEST_CASE(again_changes_nothing) {
  holds("again_changes_nothing", runs(), [] {
    const Case one;
    const auto plan = one.decide();
    if (!plan || !(*plan).membership) return;
    Snapshot after = one.world.snapshot();
    apply(after, *plan);
    RC_ASSERT(after.organization->revision == (*plan).touch->expected + 1);
    const auto again = one.decide(after, one.selection);
    switch (one.way) {
      case Way::create:
        if (one.options.create_over_active == CreateOverActive::return_existing) {
          RC_ASSERT(again.has_value());
          RC_ASSERT((*again).outcome == Outcome::unchanged);
        } else {
          RC_ASSERT(!again.has_value());
          RC_ASSERT(again.error().code == ErrorCode::organization_membership_already_exists);
        }
        break;
      case Way::update:
      case Way::deactivate:
      case Way::reactivate:
        RC_ASSERT(again.has_value());
        RC_ASSERT((*again).outcome == Outcome::unchanged);
        break;
      case Way::remove:
        RC_ASSERT(!again.has_value());
        RC_ASSERT(again.error().code == ErrorCode::entity_not_found);
        break;
    }
  });
}

BOOST_AUTO_TEST_CASE(counts_follow) {
  holds("counts_follow", runs(), [] {
    const Case one;
    const auto plan = one.decide();
    if (!plan || (*plan).outcome == Outcome::unchanged) return;
    RC_ASSERT(static_cast<bool>((*plan).touch));
    const OrganizationState& before = *one.world.state.organization;
    const OrganizationTouch& touch = *(*plan).touch;
    RC_ASSERT(touch.expected == before.revision);
    RC_ASSERT(touch.fenced_to == one.world.state.environment.revision);
    const MembershipWrite& write = *(*plan).membership;
    if (write.effect == Effect::put) RC_ASSERT(write.after.revision == before.revision + 1);
    const auto count = [&](Status status, bool owners) {
      std::int64_t change = 0;
      const auto one_of = [&](Status held, RoleSet roles) -> std::int64_t {
        return held == status && (!owners || roles.contains(before.owner_role)) ? 1 : 0;
      };
      if (write.precondition == Precondition::set) {
        change -= one_of(one.world.state.membership->status, write.before.roles);
      }
      if (write.effect == Effect::put) change += one_of(write.after.status, write.after.roles);
      return change;
    };
    const auto change = [](std::uint64_t a, std::uint64_t b) {
      return static_cast<std::int64_t>(b) - static_cast<std::int64_t>(a);
    };
    RC_ASSERT(change(before.counts.active, touch.after.active) == count(Status::active, false));
    RC_ASSERT(change(before.counts.inactive, touch.after.inactive) ==
              count(Status::inactive, false));
    RC_ASSERT(change(before.counts.pending, touch.after.pending) == count(Status::pending, false));
    RC_ASSERT(change(before.counts.owners, touch.after.owners) == count(Status::active, true));
    RC_ASSERT(static_cast<bool>((*plan).compared_user) ==
              (write.precondition == Precondition::absent));
  });
}

BOOST_AUTO_TEST_CASE(one_event) {
  holds("one_event", runs(), [] {
    const Case one;
    const auto plan = one.decide();
    if (!plan || (*plan).outcome == Outcome::unchanged) return;
    const std::vector<EventType> events = events_of(*plan);
    RC_ASSERT(events.size() == 1u);
    EventType expected = EventType::organization_membership_updated;
    if ((*plan).outcome == Outcome::created) expected = EventType::organization_membership_created;
    if ((*plan).outcome == Outcome::deleted) expected = EventType::organization_membership_deleted;
    if (one.way == Way::create && (*plan).outcome == Outcome::reactivated &&
        one.options.create_over_inactive_event == CreateOverInactiveEvent::created) {
      expected = EventType::organization_membership_created;
    }
    RC_ASSERT(events.front() == expected);
  });
}

BOOST_AUTO_TEST_CASE(errors_name_something) {
  holds("errors_name_something", runs(), [] {
    const Case one;
    const auto plan = one.decide();
    if (plan) return;
    const Error& error = plan.error();
    RC_ASSERT(!to_string(error.code).empty());
    RC_ASSERT(http_status(error.code) >= 400);
    RC_ASSERT(error.field != Field::none);
    if (error.code == ErrorCode::empty) return;
    const std::string subject(error.subject.view());
    std::vector<std::string> named = one.world.slugs();
    named.insert(named.end(), {"member", "user_00000001", "org_00000001", "om_00000001"});
    RC_ASSERT(std::find(named.begin(), named.end(), subject) != named.end());
  });
}

BOOST_AUTO_TEST_CASE(two_ways_back) {
  holds("two_ways_back", runs(), [] {
    Case one;
    if (!one.world.state.membership) return;
    one.world.state.membership->status = Status::inactive;
    one.way = *testing::one_of<Way>({Way::create, Way::reactivate});
    const auto plan = one.decide();
    if (!plan) return;
    RC_ASSERT((*plan).outcome == Outcome::reactivated);
    const Snapshot seen = one.world.snapshot();
    const MembershipWrite& write = *(*plan).membership;
    RC_ASSERT(write.after.status == Status::active);
    RC_ASSERT(write.after.id == seen.membership->id);
    const RoleSet fit = seen.membership->roles & seen.roles.assignable();
    if (one.way == Way::reactivate) {
      if (!fit.empty()) RC_ASSERT((write.after.roles - fit).empty());
      RC_ASSERT((*plan).trace.dropped == seen.membership->roles - write.after.roles);
    } else if (!one.selection.slugs.empty()) {
      RoleSet requested;
      for (const std::string& slug : one.selection.slugs) requested.insert(seen.roles.find(slug));
      RC_ASSERT(write.after.roles == requested);
    }
  });
}

BOOST_AUTO_TEST_CASE(explained) {
  holds("explained", runs(), [] {
    const Case one;
    const auto plan = one.decide();
    if (!plan) return;
    const std::string account = explain(*plan, one.world.snapshot().roles);
    RC_ASSERT(account.find("rule: ") == 0u);
    RC_ASSERT(account.find("\noutcome: " + std::string(to_string((*plan).outcome))) !=
              std::string::npos);
    RC_ASSERT(account.find("\nevent: ") != std::string::npos);
    RC_ASSERT(account.back() != '\n');
  });
}

BOOST_AUTO_TEST_SUITE_END()
