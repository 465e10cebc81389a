// SPDX-License-Identifier: BSL-1.0

// The schedules of three actors on the memory store.
//
// three commands for one row, one seat, one owner            → commands
// an operation, a command that it has to stop and a third    → with_operation (more: long)
// two workers of one operation and a command, with a crash   → two_workers (long)

#include "on_memory.hpp"
#include "support/scale.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(explorer_triples_on_memory)

using namespace membership::testing;
using namespace membership_tests;

namespace {

struct Triple {
  StartWorld world;
  const char* names[3];
};

Exploration explore_triple(const Triple& triple, const ExplorerOptions& options = {}) {
  return explore_on_memory(triple.world, {std::begin(triple.names), std::end(triple.names)},
                           options);
}

BOOST_AUTO_TEST_CASE(commands) {
  const Triple triples[] = {
      {StartWorld::plain, {"demote first", "delete second", "transfer"}},
      {StartWorld::plain, {"deactivate first", "deactivate second", "update to owner"}},
      {StartWorld::plain, {"create elsewhere", "reactivate", "accept pending"}},
      {StartWorld::edge, {"raise seats", "create", "accept stranger"}},
      {StartWorld::edge, {"delete second", "create", "invite user"}},
      {StartWorld::plain, {"create", "invite user", "create with editor"}},
      {StartWorld::plain, {"accept pending", "revoke pending", "delete pending"}},
      {StartWorld::plain, {"expire", "create after expiry", "accept pending"}},
      {StartWorld::plain, {"make permission", "add permission to own role", "make own role"}},
      {StartWorld::plain, {"create", "create elsewhere", "read events"}},
  };
  Exploration all;
  for (const Triple& triple : triples) all += explore_triple(triple);
  BOOST_TEST_MESSAGE("triples of commands: " << all);
}

BOOST_AUTO_TEST_CASE(with_operation) {
  const Triple triples[] = {
      {StartWorld::plain, {"delete user without", "create", "create elsewhere"}},
      {StartWorld::plain, {"delete organization", "keep organization", "delete second"}},
      {StartWorld::plain, {"delete own role", "update to org-clerk", "keep own role"}},
      {StartWorld::plain, {"delete role", "update to editor", "keep role"}},
      {StartWorld::plain, {"delete second user", "demote first", "keep user"}},
      {StartWorld::plain, {"delete permission", "add permission to own role", "make permission"}},
      // Those of the long form.
      {StartWorld::plain, {"delete role", "update to editor", "make role"}},
      {StartWorld::used, {"delete role", "invite stranger", "default editor in one"}},
      {StartWorld::used, {"delete role for viewer", "order of one", "create"}},
      {StartWorld::used, {"multiple roles off", "update to several", "multiple roles on"}},
      {StartWorld::plain, {"owner role viewer", "demote first", "demote second"}},
      {StartWorld::plain, {"owner role editor", "make organization", "update to editor"}},
      {StartWorld::used, {"delete permission", "add permission to role", "make permission"}},
      {StartWorld::plain, {"delete second user", "demote first", "accept pending"}},
      {StartWorld::plain, {"delete organization", "accept stranger", "invite user"}},
  };
  const std::size_t count = scaled(6, std::size(triples));
  Exploration all;
  for (std::size_t i = 0; i < count; ++i) all += explore_triple(triples[i]);
  BOOST_TEST_MESSAGE("triples with an operation: " << all);
}

BOOST_AUTO_TEST_CASE(two_workers) {
  if (scaled(0, 1) == 0) return;
  const Triple triples[] = {
      {StartWorld::plain, {"delete own role", "finish marked", "update to org-clerk"}},
      {StartWorld::plain, {"delete user without", "finish marked", "create"}},
      {StartWorld::plain, {"delete organization", "finish marked", "keep organization"}},
      {StartWorld::plain, {"delete second user", "finish marked", "demote first"}},
  };
  Exploration all;
  for (const Triple& triple : triples) all += explore_triple(triple, {true});
  BOOST_TEST_MESSAGE("two workers: " << all);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
