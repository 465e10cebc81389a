// SPDX-License-Identifier: BSL-1.0

// The commands beyond those of decide_instructions.cpp, organizations with roles of their own, and
// a policy with rules (decide_once.hpp).

#include "decide_once.hpp"
#include "membership/administration.hpp"

#include <cstddef>

namespace {

using benchmarks::by_id;
using benchmarks::Case;
using benchmarks::create;
using benchmarks::one_role;
using benchmarks::run;
using benchmarks::Situation;
using benchmarks::three_roles;
using membership::Standing;

template <class Make>
int judged(Standing standing, std::size_t times, Make make) {
  using namespace membership;
  return run<false, OwnerGuard, SeatLimit, GrantRule>(standing, times, make);
}

membership::CreateMembership acted_create(const Situation& at) {
  return {at.user, at.organization, at.one(), at.user};
}
membership::UpdateRoles acted_update(const Situation& at) {
  return {at.membership, at.one(), at.user};
}
membership::SendInvitation invite(const Situation& at) {
  return {"somebody@example.com", at.organization, at.slugs[0]};
}
membership::CreateUser make_user(const Situation& /*at*/) {
  membership::CreateUser command;
  command.email = "somebody@example.com";
  return command;
}

constexpr Case cases[]{
    {"reactivate-active",
     [](std::size_t n) {
       return run(Standing::active, n, by_id<membership::ReactivateMembership>);
     }},
    {"send-invitation", [](std::size_t n) { return run(Standing::none, n, invite); }},
    {"create-user", [](std::size_t n) { return run(Standing::none, n, make_user); }},
    {"create-one/own-roles",
     [](std::size_t n) { return run<true>(Standing::none, n, create(one_role)); }},
    {"create-three/own-roles",
     [](std::size_t n) { return run<true>(Standing::none, n, create(three_roles)); }},
    {"create-one/three-rules",
     [](std::size_t n) { return judged(Standing::none, n, create(one_role)); }},
    {"create-one/three-rules-and-actor",
     [](std::size_t n) { return judged(Standing::none, n, acted_create); }},
    {"update-one/three-rules-and-actor",
     [](std::size_t n) { return judged(Standing::active, n, acted_update); }},
    {"delete/three-rules",
     [](std::size_t n) {
       return judged(Standing::active, n, by_id<membership::DeleteMembership>);
     }},
};

}  // namespace

int main(int argc, char** argv) { return benchmarks::run_cases(cases, argc, argv); }
