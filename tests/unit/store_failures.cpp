// SPDX-License-Identifier: BSL-1.0

// Stores that fail, at whatever call it is.
//
// Plan
//   what calls a store often, where the first, the second ... call fails: a failure
//     with its cause, and done again on the store, which works by then, it leaves
//     the events that it would have left at once                                    -> all others
//   several marked operations, the same: what fails keeps no other from its end     -> finishes_*

#include "../support/settings.hpp"
#include "membership/administration.hpp"
#include "membership/driver/bulk.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace membership;
using namespace membership_tests;

BOOST_AUTO_TEST_SUITE(store_failures)

namespace {

/// A memory store of which one call fails.
class FailingStore : public MemoryStore {
 public:
  /// Counts calls anew; `number` is the call that fails, 0 for none.
  void fail_at(unsigned number) {
    calls_ = 0;
    fails_at_ = number;
  }
  unsigned calls() const { return calls_; }

  template <class R>
  [[nodiscard]] auto load(const R& reads) const {
    return tried([&] { return MemoryStore::load(reads); });
  }
  template <class Query, class Visit>
  [[nodiscard]] auto list(const Query& query, Visit&& visit) const {
    return tried([&] { return MemoryStore::list(query, visit); });
  }
  [[nodiscard]] auto commit(std::span<const Plan> plans) {
    return tried([&] { return MemoryStore::commit(plans); });
  }

 private:
  template <class Call>
  std::invoke_result_t<Call> tried(Call&& call) const {
    if (++calls_ == fails_at_) return std::invoke_result_t<Call>(tl::unexpect, Failure::full);
    return call();
  }
  mutable unsigned calls_ = 0;
  unsigned fails_at_ = 0;
};

using StoreFailure = Failure<FailingStore>;

/// Members with several roles, of both kinds, two invitations, and one that has expired, with a
/// pending membership.
struct World : BasicHost<FailingStore> {
  OrganizationId acme = organization("org_1");
  OrganizationId other = organization("org_2");
  UserId ada = user("user_ada");
  UserId bob = user("user_bob");
  UserId cid = make_id<UserId>("user_cid");
  TokenDigest token{};

  World() {
    CreateUser user;
    user.id = cid;
    user.email = "cid@example.com";
    done(user);
    for (const std::string_view slug : {"admin", "viewer", "unused"}) role(slug);
    organization_role(acme, "org-lead");
    done(CreatePermission{"docs:read", "Read"});
    done(CreatePermission{"docs:write", "Write"});
    done(AddRolePermission{"admin", "docs:read"});
    done(AddRolePermission{"admin", "docs:write"});
    done(AddRolePermission{"org-lead", "docs:read", acme});
    done(EnableMultipleRoles{});
    const std::string_view several[] = {"admin", "org-lead"};
    join(ada, acme, RoleSelection::several(several));
    join(ada, other, RoleSelection::one("admin"));
    done(DeactivateMembership{join(bob, acme, RoleSelection::one("viewer")).id});
    done(SendInvitation{"cid@example.com", acme, "viewer"});
    const std::int64_t days = 8;
    runtime.clock.at = Time::from_milliseconds(runtime.clock.at.milliseconds() + days * 86'400'000);
    done(SendInvitation{"eve@example.com", acme, "admin"});
    token = done(SendInvitation{"new@example.com", other, "viewer"}).plan.invitation->after.token;
  }
};

const StoreFailure& failure_of(const StoreFailure& failure) { return failure; }
const StoreFailure& failure_of(const BulkFailure<FailingStore>& failure) { return failure.failure; }

/// Does `act(world)` to worlds of which the first, the second ... call fails.
template <class Act>
void fails_at_each_call(Act&& act) {
  World whole;
  const std::size_t from = count_events(whole.store);
  whole.store.fail_at(0);
  BOOST_TEST_REQUIRE(act(whole).has_value());
  const unsigned calls = whole.store.calls();
  const std::string events = event_types(whole.store, from);
  BOOST_TEST(calls > 1u);
  for (unsigned number = 1; number <= calls; ++number) {
    BOOST_TEST_CONTEXT("call " << number << " of " << calls) {
      World world;
      world.store.fail_at(number);
      const auto first = act(world);
      BOOST_TEST_REQUIRE(!first.has_value());
      BOOST_TEST(failure_of(first.error()).kind == FailureKind::store);
      BOOST_TEST((failure_of(first.error()).cause == MemoryFailure::full));
      BOOST_TEST(!failure_of(first.error()).error.has_value());
      BOOST_TEST(world.store.calls() == number);
      world.store.fail_at(0);
      BOOST_TEST(act(world).has_value());
      BOOST_TEST(event_types(world.store, from) == events);
    }
  }
}

}  // namespace

// --- bulks, invitations --------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(bulks) {
  fails_at_each_call([](World& world) {
    const std::vector<CreateMembership> commands = {{world.bob, world.other},
                                                    {world.cid, world.other}};
    return execute_all(world.store, world.policy, commands, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(sends_after_an_expired_one) {
  fails_at_each_call([](World& world) {
    const SendInvitation command{"cid@example.com", world.acme, "admin"};
    return send_invitation(world.store, world.policy, command, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(creates_after_an_expired_one) {
  fails_at_each_call([](World& world) {
    const CreateMembership command{world.cid, world.acme};
    return create_membership(world.store, world.policy, command, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(accepts_with_a_new_user) {
  fails_at_each_call([](World& world) {
    const AcceptInvitation command = AcceptInvitation::by_token(world.token);
    return accept_invitation(world.store, world.policy, command, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(expires) {
  fails_at_each_call(
      [](World& world) { return expire_invitations(world.store, world.policy, world.runtime); });
}

// --- long operations -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(deletes_an_organization) {
  fails_at_each_call([](World& world) {
    return delete_organization(world.store, world.policy, world.acme, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(deletes_a_user) {
  fails_at_each_call([](World& world) {
    return delete_user(world.store, world.policy, world.ada, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(deletes_a_role) {
  fails_at_each_call([](World& world) {
    return delete_role(world.store, world.policy, "admin", {WhenInUse::reassign, "viewer"},
                       world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(deletes_a_role_that_nobody_holds) {
  fails_at_each_call([](World& world) {
    return delete_role(world.store, world.policy, "unused", {WhenInUse::refuse}, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(deletes_a_role_of_an_organization) {
  fails_at_each_call([](World& world) {
    return delete_organization_role(world.store, world.policy, world.acme, "org-lead",
                                    {WhenInUse::reassign}, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(deletes_a_permission) {
  fails_at_each_call([](World& world) {
    return delete_permission(world.store, world.policy, "docs:read", world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(switches_multiple_roles_off) {
  fails_at_each_call([](World& world) {
    return disable_multiple_roles(world.store, world.policy, world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(names_an_owner_role) {
  fails_at_each_call([](World& world) {
    return name_owner_role(world.store, world.policy, "admin", world.runtime);
  });
}

BOOST_AUTO_TEST_CASE(previews) {
  fails_at_each_call([](World& world) {
    return preview_delete_organization(world.store, world.policy, world.acme, world.runtime);
  });
  fails_at_each_call([](World& world) {
    return preview_delete_user(world.store, world.policy, world.ada, world.runtime);
  });
  fails_at_each_call([](World& world) {
    return preview_delete_role(world.store, world.policy, "admin", "viewer", world.runtime);
  });
  fails_at_each_call([](World& world) {
    return preview_delete_organization_role(world.store, world.policy, world.acme, "org-lead", {},
                                            world.runtime);
  });
  fails_at_each_call([](World& world) {
    return preview_delete_permission(world.store, world.policy, "docs:read", world.runtime);
  });
  fails_at_each_call([](World& world) {
    return preview_disable_multiple_roles(world.store, world.policy, world.runtime);
  });
  fails_at_each_call([](World& world) {
    return preview_name_owner_role(world.store, world.policy, "admin", world.runtime);
  });
}

// One that fails does not keep the others from being finished, so it is no failure of the whole.
BOOST_AUTO_TEST_CASE(finishes_what_is_marked) {
  const auto mark = [](World& world) {
    world.done(MarkOrganizationDeleted{world.acme});
    world.done(MarkUserDeleted{world.bob});
    world.done(MarkPermissionDeleted{"docs:write"});
  };
  World whole;
  mark(whole);
  const std::size_t from = count_events(whole.store);
  whole.store.fail_at(0);
  const auto at_once = finish_marked(whole.store, whole.policy, whole.runtime);
  BOOST_TEST_REQUIRE(at_once.has_value());
  BOOST_TEST((*at_once).size() == 3u);
  const unsigned calls = whole.store.calls();
  const std::size_t events = count_events(whole.store);
  unsigned of_the_list = 0;
  for (unsigned number = 1; number <= calls; ++number) {
    BOOST_TEST_CONTEXT("call " << number << " of " << calls) {
      World world;
      mark(world);
      world.store.fail_at(number);
      const auto first = finish_marked(world.store, world.policy, world.runtime);
      if (!first) {
        ++of_the_list;
        BOOST_TEST((first.error() == MemoryFailure::full));
        BOOST_TEST(world.store.calls() == number);
        BOOST_TEST(count_events(world.store) == from);
      } else {
        std::size_t failed = 0;
        for (const auto& finished : *first) {
          if (finished.result) continue;
          ++failed;
          BOOST_TEST(finished.result.error().kind == FailureKind::store);
          BOOST_TEST((finished.result.error().cause == MemoryFailure::full));
        }
        BOOST_TEST((*first).size() == 3u);
        BOOST_TEST(failed == 1u);
      }
      world.store.fail_at(0);
      const auto again = finish_marked(world.store, world.policy, world.runtime);
      BOOST_TEST_REQUIRE(again.has_value());
      for (const auto& finished : *again) BOOST_TEST(finished.result.has_value());
      BOOST_TEST((*again).size() == (first ? 1u : 3u));
      BOOST_TEST(count_events(world.store) == events);
    }
  }
  BOOST_TEST((of_the_list > 3u && of_the_list < calls));
}

BOOST_AUTO_TEST_SUITE_END()
