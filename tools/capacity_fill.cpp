// SPDX-License-Identifier: BSL-1.0

// What tools/capacity.py needs of the library: fills the tables of a PostgreSQL store as an
// application does, and measures how fast commits are. Prints JSON.
//
//   capacity_fill TARGET fill FIRST_USER MEMBERSHIPS PER_ORGANIZATION PER_USER
//   capacity_fill TARGET place
//   capacity_fill TARGET commits SECONDS THREADS

#include "membership/administration.hpp"
#include "membership/domain/error_message.hpp"
#include "membership/store/postgres_store.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace membership;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t filling_threads = 4;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
[[noreturn]] void give_up(std::string_view what) {
  std::cerr << what << '\n';
  std::exit(1);
}
void check(const Failure<PostgresStore>& failure) {
  if (failure.error) give_up(message(*failure.error));
  if (failure.cause) give_up(failure.cause->message);
  give_up("contended");
}
template <class C>
auto must(PostgresStore& store, const C& command) {
  auto result = execute(store, MembershipPolicy<>{}, command);
  if (!result) check(result.error());
  return std::move(*result);
}
template <class C>
auto must_all(PostgresStore& store, const std::vector<C>& commands) {
  auto result = execute_all(store, MembershipPolicy<>{}, std::span<const C>(commands));
  if (!result) check(result.error().failure);
  return std::move(*result);
}

/// Runs `body(number of the thread)` in so many threads until all are done.
template <class Body>
void together(std::size_t count, const Body& body) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&, i] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

/// A user with names and an address as people have them.
UserId make_user(PostgresStore& store, std::size_t number) {
  constexpr std::string_view first[] = {"Ada", "Linus", "Maria", "Wei", "Fatima", "John", "Olga"};
  constexpr std::string_view last[] = {"Lovelace", "Nguyen", "Garcia", "Smith", "Kowalski"};
  CreateUser user;
  user.first_name = first[number % std::size(first)];
  user.last_name = last[number % std::size(last)];
  const std::string name = std::string(*user.first_name) + ' ' + std::string(*user.last_name);
  const std::string email = std::string(*user.first_name) + '.' + std::string(*user.last_name) +
                            std::to_string(number) + "@company.example";
  user.name = name;
  user.email = email;
  user.email_verified = true;
  return must(store, user).plan.user->after.id;
}
OrganizationId make_organization(PostgresStore& store, std::size_t number) {
  const std::string name = "Organization " + std::to_string(number) + " Limited";
  return must(store, CreateOrganization{name}).plan.organization->after.id;
}

/// Makes users, organizations and memberships. Organizations grow side by side, a few members at a
/// time, and one membership of ten gets another role.
void fill(PostgresStore& store, std::size_t first_user, std::size_t memberships,
          double per_organization, double per_user) {
  constexpr std::size_t step = 5;
  const auto share = [&](double per) {
    return std::max<std::size_t>(1,
                                 static_cast<std::size_t>(static_cast<double>(memberships) / per));
  };
  const std::size_t organization_count = share(per_organization);
  std::size_t user_count = std::min(memberships, share(per_user));
  // So that no pair comes twice.
  while (std::gcd(user_count, organization_count) != 1) ++user_count;
  if (user_count * organization_count < memberships) give_up("too few users and organizations");

  static_cast<void>(execute(store, MembershipPolicy<>{}, CreateRole{"admin", "Administrator"}));
  std::vector<std::optional<UserId>> users(user_count);
  std::vector<std::optional<OrganizationId>> organizations(organization_count);
  together(filling_threads, [&](std::size_t thread) {
    for (std::size_t i = thread; i < user_count; i += filling_threads) {
      users[i].emplace(make_user(store, first_user + i));
    }
    for (std::size_t i = thread; i < organization_count; i += filling_threads) {
      organizations[i].emplace(make_organization(store, first_user + i));
    }
  });
  const auto start = Clock::now();
  std::atomic<std::size_t> changed{0};
  together(filling_threads, [&](std::size_t thread) {
    for (std::size_t first = 0; first * organization_count < memberships; first += step) {
      for (std::size_t at = thread; at < organization_count; at += filling_threads) {
        std::vector<CreateMembership> commands;
        for (std::size_t i = first; i < first + step; ++i) {
          const std::size_t number = i * organization_count + at;
          if (number >= memberships) break;
          commands.push_back({*users[number % user_count], *organizations[at]});
        }
        if (commands.empty()) continue;
        const auto made = must_all(store, commands);
        if ((first / step + at) % 2 != 0) continue;
        must(store, UpdateRoles{made[0].membership->id, RoleSelection::one("admin")});
        ++changed;
      }
    }
  });
  std::cout << "{\"users\": " << user_count << ", \"organizations\": " << organization_count
            << ", \"memberships\": " << memberships << ", \"changed\": " << changed
            << ", \"seconds\": " << since(start) << "}\n";
}

/// Gives all events their places in the log.
void place(const PostgresStore& store) {
  const auto start = Clock::now();
  const auto placed = store.place_events();
  if (!placed) give_up(placed.error().message);
  std::cout << "{\"events\": " << *placed << ", \"seconds\": " << since(start) << "}\n";
}

/// Commits a second: of memberships in one organization, in organizations of their own, and
/// memberships a second where one organization is changed in bulk.
void measure(PostgresStore& store, double seconds, std::size_t threads) {
  constexpr std::size_t bulk = 100;
  const auto member = [&](const OrganizationId& organization, std::size_t number) {
    return must(store, CreateMembership{make_user(store, number), organization}).membership()->id;
  };
  const auto rate = [&](const std::vector<MembershipId>& members) {
    std::atomic<std::size_t> count{0};
    const auto start = Clock::now();
    together(threads, [&](std::size_t thread) {
      while (since(start) < seconds) {
        must(store, DeactivateMembership{members[thread]});
        must(store, ReactivateMembership{members[thread]});
        count += 2;
      }
    });
    return static_cast<double>(count) / since(start);
  };
  const OrganizationId hot = make_organization(store, 1);
  std::vector<MembershipId> of_one;
  std::vector<MembershipId> of_many;
  std::size_t number = 1'000'000'000;
  for (std::size_t i = 0; i < threads; ++i) {
    of_one.push_back(member(hot, ++number));
    of_many.push_back(member(make_organization(store, i), ++number));
  }
  const double one = rate(of_one);
  const double many = rate(of_many);

  std::vector<CreateMembership> joining;
  for (std::size_t i = 0; i < bulk; ++i) joining.push_back({make_user(store, ++number), hot});
  std::size_t count = 0;
  double spent = 0;
  while (spent < seconds) {
    const auto start = Clock::now();
    const auto made = must_all(store, joining);
    spent += since(start);
    count += bulk;
    std::vector<DeleteMembership> leaving;
    for (const auto& item : made) leaving.push_back({item.membership->id});
    must_all(store, leaving);
  }
  std::cout << "{\"one\": " << one << ", \"many\": " << many
            << ", \"bulk\": " << static_cast<double>(count) / spent << "}\n";
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  if (given.size() < 2) give_up("usage: see the head of capacity_fill.cpp");
  const auto number = [&](std::size_t at) { return std::strtod(given.at(at).c_str(), nullptr); };
  const auto whole = [&](std::size_t at) { return static_cast<std::size_t>(number(at)); };

  PostgresStoreOptions options;
  options.target = given[0];
  const auto opened = PostgresStore::open(options);
  if (!opened) give_up(opened.error().message);
  PostgresStore& store = **opened;
  if (given[1] == "fill" && given.size() == 6) {
    fill(store, whole(2), whole(3), number(4), number(5));
  } else if (given[1] == "place") {
    place(store);
  } else if (given[1] == "commits" && given.size() == 4) {
    measure(store, number(2), whole(3));
  } else {
    give_up("usage: see the head of capacity_fill.cpp");
  }
}
