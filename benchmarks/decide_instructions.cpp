// SPDX-License-Identifier: BSL-1.0

// The commands on memberships under a policy without rules (decide_once.hpp). Alone in a program:
// where several policies are used the compiler does not inline a command's decision any more,
// which costs about twenty instructions.

#include "decide_once.hpp"
#include "membership/core.hpp"

#include <cstddef>

namespace {

using benchmarks::by_id;
using benchmarks::Case;
using benchmarks::create;
using benchmarks::no_role;
using benchmarks::one_role;
using benchmarks::run;
using benchmarks::Situation;
using benchmarks::three_roles;
using membership::Standing;

auto update(membership::RoleSelection (*select)(const Situation&)) {
  return [select](const Situation& at) {
    return membership::UpdateRoles{at.membership, select(at), {}};
  };
}

constexpr Case cases[]{
    {"create-default", [](std::size_t n) { return run(Standing::none, n, create(no_role)); }},
    {"create-one", [](std::size_t n) { return run(Standing::none, n, create(one_role)); }},
    {"create-three", [](std::size_t n) { return run(Standing::none, n, create(three_roles)); }},
    {"create-over-inactive",
     [](std::size_t n) { return run(Standing::inactive, n, create(one_role)); }},
    {"create-over-active",
     [](std::size_t n) { return run(Standing::active, n, create(one_role)); }},
    {"update-one", [](std::size_t n) { return run(Standing::active, n, update(one_role)); }},
    {"update-three", [](std::size_t n) { return run(Standing::active, n, update(three_roles)); }},
    {"deactivate",
     [](std::size_t n) {
       return run(Standing::active, n, by_id<membership::DeactivateMembership>);
     }},
    {"deactivate-inactive",
     [](std::size_t n) {
       return run(Standing::inactive, n, by_id<membership::DeactivateMembership>);
     }},
    {"reactivate",
     [](std::size_t n) {
       return run(Standing::inactive, n, by_id<membership::ReactivateMembership>);
     }},
    {"delete",
     [](std::size_t n) { return run(Standing::active, n, by_id<membership::DeleteMembership>); }},
};

}  // namespace

int main(int argc, char** argv) { return benchmarks::run_cases(cases, argc, argv); }
