// SPDX-License-Identifier: BSL-1.0
/// Uses the library's values with what a host has anyway: hash maps, streams, libfmt, <chrono> and
/// Boost.JSON.
#include <membership/administration.hpp>
#include <membership/interop/boost_json.hpp>
#include <membership/interop/chrono.hpp>
#include <membership/interop/fmt.hpp>
#include <membership/interop/hash.hpp>
#include <membership/interop/ostream.hpp>
#include <membership/membership.hpp>

#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <fmt/format.h>

#include <chrono>
#include <iostream>
#include <string>
#include <unordered_map>

using namespace membership;

int main() {
  MemoryStore store;
  const MembershipPolicy<> policy;
  const UserId ada = *UserId::make("ada");
  const OrganizationId acme = *OrganizationId::make("acme");
  if (!execute(store, policy, CreateUser{.id = ada})) return 1;
  if (!execute(store, policy, CreateOrganization{.name = "Acme", .id = acme})) return 1;
  const auto joined = execute(store, policy, CreateMembership{ada, acme});
  if (!joined) return 1;
  const OrganizationMembership member = *(*joined).membership();

  std::unordered_map<UserId, std::string> names;
  names.emplace(ada, "Ada");

  std::cout << member << '\n';

  const std::string line = fmt::format("{:>8} {}", member.user, member.status);

  const auto age = std::chrono::system_clock::now() - to_sys_time(member.created_at);
  const Time soon = from_sys_time(std::chrono::system_clock::now() + std::chrono::minutes(5));
  SendInvitation invitation{"bob@example.com"};
  invitation.expires_in_days = count_of<std::chrono::days>(std::chrono::weeks(2));

  const MembershipRow row{MembershipView::of(member), (*joined).snapshot.roles};
  const boost::json::value shown = boost::json::value_from(row);
  const UserId again = boost::json::value_to<UserId>(shown.at("user_id"));

  std::cout << line << '\n' << soon << '\n';
  return names.count(again) == 1 && age < std::chrono::minutes(5) &&
                 invitation.expires_in_days == 14
             ? 0
             : 1;
}
