// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_HOST_HPP
#define MEMBERSHIP_TESTS_SUPPORT_HOST_HPP

#include "membership/interop/ostream.hpp"
#include "membership/testing/fake_clock.hpp"
#include "support/test_store.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace membership::inline v0 {

// For the messages of Boost.Test.
inline std::ostream& operator<<(std::ostream& out, CommitStatus status) {
  return out << (status == CommitStatus::committed ? "committed" : "conflict");
}
inline std::ostream& operator<<(std::ostream& out, FailureKind kind) {
  return out << "failure " << static_cast<int>(kind);
}
inline std::ostream& operator<<(std::ostream& out, RoleSource source) {
  return out << "source " << static_cast<int>(source);
}

}  // namespace membership::inline v0

/// A host at run time: a store, a policy, and a clock, ids and pauses that tests can look at.
namespace membership_tests {

struct SetClock {
  membership::Time at = membership::Time::from_milliseconds(1'000);
  int asked = 0;
  membership::Time now() {
    ++asked;
    return at;
  }
};

/// Ids that only differ in a number that grows.
struct NumberedIds {
  std::uint64_t last = 0;
  membership::Ulid next() { return {0, ++last << 4}; }
  membership::PlanId plan_id(membership::Time) { return {next()}; }
  membership::MembershipId membership_id(membership::Time) {
    return membership::MembershipId::from_ulid(next());
  }
  membership::OrganizationId organization_id(membership::Time) {
    return membership::OrganizationId::from_ulid(next());
  }
  membership::UserId user_id(membership::Time) { return membership::UserId::from_ulid(next()); }
  membership::RoleId role_id(membership::Time) { return membership::RoleId::from_ulid(next()); }
  membership::PermissionId permission_id(membership::Time) {
    return membership::PermissionId::from_ulid(next());
  }
  membership::InvitationId invitation_id(membership::Time) {
    return membership::InvitationId::from_ulid(next());
  }
  /// The digest of a plan's token: the number in its first bytes.
  membership::TokenDigest token_digest(membership::PlanId plan) const {
    membership::TokenDigest digest;
    for (unsigned i = 0; i < 8; ++i) {
      digest.bytes[i] = static_cast<std::uint8_t>(plan.value.low >> (8 * i));
    }
    return digest;
  }
};

using membership::testing::FakeWait;
using TestRuntime = membership::Runtime<SetClock, NumberedIds, FakeWait>;

template <class I>
I make_id(std::string_view text) {
  const auto made = I::make(text);
  if (!made) throw std::invalid_argument("no id: " + std::string(text));
  return *made;
}

/// How a command ended that should not have failed, for a test's message.
template <class Result>
std::string why(const Result& result) {
  if (result) return "done";
  const auto& failure = result.error();
  if (failure.error) {
    std::ostringstream text;
    text << "refused: " << *failure.error;
    return text.str();
  }
  if (!failure.cause) return "contended after " + std::to_string(failure.tries) + " tries";
  if constexpr (requires { std::string(failure.cause->message); }) return failure.cause->message;
  return "the store failed";
}

template <class Store = TestStore, class Policy = membership::MembershipPolicy<>>
struct BasicHost {
  Store store;
  Policy policy{};
  TestRuntime runtime{};

  template <class... Arguments>
  explicit BasicHost(const Arguments&... arguments) : store(arguments...) {}

  template <class C>
  auto run(const C& command) {
    return membership::execute(store, policy, command, runtime);
  }
  /// The receipt of a command that must succeed.
  template <class C>
  membership::Receipt<Store> done(const C& command) {
    auto result = run(command);
    if (!result) throw std::runtime_error(why(result));
    return std::move(*result);
  }
  /// The error of a command that must be refused.
  template <class C>
  membership::Error refused(const C& command) {
    const auto result = run(command);
    if (result || !result.error().error) throw std::runtime_error("not refused");
    return *result.error().error;
  }

  membership::OrganizationId organization(std::string_view id) {
    done(membership::CreateOrganization{id, make_id<membership::OrganizationId>(id)});
    return make_id<membership::OrganizationId>(id);
  }
  membership::UserId user(std::string_view id) {
    membership::CreateUser command;
    command.id = make_id<membership::UserId>(id);
    done(command);
    return *command.id;
  }
  void role(std::string_view slug) { done(membership::CreateRole{slug, slug}); }
  void organization_role(const membership::OrganizationId& id, std::string_view slug) {
    done(membership::CreateOrganizationRole{id, slug, slug});
  }
  membership::OrganizationMembership join(const membership::UserId& user,
                                          const membership::OrganizationId& organization,
                                          membership::RoleSelection roles = {}) {
    return *done(membership::CreateMembership{user, organization, roles}).membership();
  }

  typename Store::Loaded load(const membership::Reads& reads) const {
    auto loaded = store.load(reads);
    return std::move(*loaded);
  }
  typename Store::Loaded load_pair(const membership::UserId& user,
                                   const membership::OrganizationId& organization) const {
    membership::Reads reads;
    reads.user = &user;
    reads.organization = &organization;
    reads.pair = true;
    return load(reads);
  }
  membership::OrganizationState state(const membership::OrganizationId& organization) const {
    membership::Reads reads;
    reads.organization = &organization;
    return *load(reads).organization;
  }
  std::optional<membership::OrganizationMembership> find(const membership::MembershipId& id) const {
    membership::Reads reads;
    reads.membership = &id;
    const auto loaded = load(reads);
    if (!loaded.membership) return std::nullopt;
    return *loaded.membership;
  }

  /// The slugs of a membership as shown, the primary first, with a comma between.
  std::string shown_roles(const membership::UserId& user,
                          const membership::OrganizationId& organization) const {
    std::string text;
    const auto found = store.view(user, organization, [&](const membership::MembershipRow& row) {
      membership::for_each_shown_role(policy.options, row.roles, row.membership.roles,
                                      row.membership.first_requested, [&](std::string_view slug) {
                                        if (!text.empty()) text += ',';
                                        text += slug;
                                      });
    });
    return *found ? text : "no membership";
  }

  /// The commit of one plan made by hand.
  membership::CommitStatus commit(const membership::Plan& plan) {
    return *store.commit(std::span(&plan, 1));
  }
  /// Changes a membership as no command does, for worlds that no command makes.
  template <class Change>
  void rewrite(const membership::MembershipId& id, Change&& change) {
    membership::Reads reads;
    reads.membership = &id;
    const auto seen = load(reads);
    membership::Plan plan(runtime.ids.plan_id(runtime.clock.at), runtime.clock.at);
    plan.outcome = membership::Outcome::updated;
    auto& write = plan.membership.emplace(membership::Effect::put,
                                          membership::EventType::organization_membership_updated,
                                          *seen.membership);
    membership::Counts counts = seen.organization->counts;
    counts.remove(write.after.status, write.after.roles, seen.organization->owner_role);
    change(write.after);
    counts.add(write.after.status, write.after.roles, seen.organization->owner_role);
    write.after.revision = seen.organization->revision + 1;
    plan.touch.emplace(seen.organization->revision, seen.environment.revision, counts);
    if (commit(plan) != membership::CommitStatus::committed) throw std::runtime_error("conflict");
  }
};

using Host = BasicHost<>;

inline membership::Error an_error(membership::ErrorCode code, membership::Field field,
                                  std::string_view subject = {}, std::uint16_t detail = 0) {
  return membership::Error{code, field, detail, membership::Subject::cut(subject)};
}

template <class I>
membership::Page<I> whole_page(std::optional<I> after = std::nullopt) {
  membership::Page<I> page;
  page.limit = membership::longest_page;
  page.after = after;
  return page;
}

/// What a profile shows of a user or an organization besides the name and the address.
inline std::string describe(const membership::Profile& profile) {
  using namespace membership;
  std::ostringstream out;
  for (const Text text : {Text::first_name, Text::last_name, Text::external_id, Text::locale,
                          Text::stripe_customer_id}) {
    if (profile.texts.has(text)) {
      out << " text " << static_cast<int>(text) << ' ' << profile.texts[text];
    }
  }
  profile.metadata.for_each(
      [&](std::string_view key, std::string_view value) { out << ' ' << key << '=' << value; });
  profile.domains.for_each([&](const OrganizationDomain& domain) {
    out << ' ' << domain.domain << ' ' << to_string(domain.state) << ' ' << domain.id.value.high
        << '/' << domain.id.value.low << ' ' << domain.created_at << '-' << domain.updated_at;
  });
  out << (profile.email_verified ? " verified " : " ") << profile.created_at << '-'
      << profile.updated_at;
  return out.str();
}

/// Everything that a store shows, as text: for "nothing changed".
template <class Store>
std::string describe(const Store& store) {
  using namespace membership;
  std::ostringstream out;
  const auto environment = store.load(Reads{});
  out << "environment " << (*environment).environment.revision << ' '
      << (*environment).environment.default_role << ' ' << (*environment).environment.multiple_roles
      << '\n';
  const auto roles = [&](const RoleQuery& query) {
    static_cast<void>(*store.list(query, [&](const RoleRow& row) {
      out << "  role " << row.index << ' ' << row.id << ' ' << row.state.slug.view() << ' '
          << row.profile.texts[Text::name];
      for (const std::uint64_t word : row.state.permissions.words) out << ' ' << word;
      out << '\n';
    }));
  };
  roles(RoleQuery{});
  static_cast<void>(*store.list(
      *PermissionQuery::make(whole_page<PermissionId>()), [&](const PermissionRow& row) {
        out << "  permission " << row.index << ' ' << row.id << ' ' << row.state.slug.view() << ' '
            << static_cast<int>(row.state.phase) << ' ' << row.profile.texts[Text::name] << '\n';
      }));

  std::vector<OrganizationId> organizations;
  for (bool more = true; more;) {
    const auto after = organizations.empty() ? std::nullopt : std::optional(organizations.back());
    more =
        (*store.list(*OrganizationQuery::make(whole_page(after)), [&](const OrganizationRow& row) {
          organizations.push_back(row.state.id);
          out << "organization " << row.state.id << ' ' << row.state.revision << ' '
              << row.state.fenced_to << ' ' << row.state.counts << ' ' << row.state.default_role
              << ' ' << row.profile.texts[Text::name] << ' ' << static_cast<int>(row.state.phase)
              << ' ' << row.state.generation << describe(row.profile);
          if (row.state.seat_limit) out << " seats " << *row.state.seat_limit;
          out << '\n';
        })).more;
  }
  std::vector<UserId> users;
  for (bool more = true; more;) {
    const auto after = users.empty() ? std::nullopt : std::optional(users.back());
    more = (*store.list(*UserQuery::make(whole_page(after)), [&](const UserRow& row) {
             users.push_back(row.state.id);
             out << "user " << row.state.id << ' ' << row.state.revision << ' '
                 << row.profile.texts[Text::email] << ' ' << static_cast<int>(row.state.phase)
                 << ' ' << row.state.generation << ' ' << row.profile.texts[Text::name]
                 << describe(row.profile) << '\n';
           })).more;
  }
  const auto members = [&](MembershipFilter filter) {
    std::optional<MembershipId> after;
    for (bool more = true; more;) {
      more = (*store.list(*MembershipQuery::make(filter, whole_page(after)),
                          [&](const MembershipRow& row) {
                            const OrganizationMembership copy = row.membership.copy();
                            after = copy.id;
                            out << "  " << copy.id << ' ' << copy.user << ' ' << copy.organization
                                << ' ' << copy.status << ' ' << copy.roles << ' ' << copy.revision
                                << ' ' << copy.created_at << ' ' << copy.updated_at << '\n';
                          }))
                 .more;
    }
  };
  for (const OrganizationId& id : organizations) {
    out << "in " << id << '\n';
    roles(RoleQuery{id});
    MembershipFilter filter;
    filter.organization = id;
    members(filter);
  }
  for (const UserId& id : users) {
    out << "of " << id << '\n';
    MembershipFilter filter;
    filter.user = id;
    members(filter);
  }
  std::optional<InvitationId> invited;
  for (bool more = true; more;) {
    more = (*store.list(*InvitationQuery::make(whole_page(invited)), [&](const InvitationRow& row) {
             const InvitationState& state = row.state;
             invited = state.id;
             out << "invitation " << state.id << ' ' << to_string(state.status) << ' '
                 << state.revision << ' ' << row.profile.texts[Text::email] << ' ' << row.held
                 << ' ' << row.profile.texts[Text::role_slug] << ' ' << state.updated_at;
             if (state.organization) out << " in " << *state.organization;
             if (state.user) out << " of " << *state.user;
             for (const std::uint8_t byte : state.token.bytes) out << '.' << unsigned{byte};
             out << '\n';
           })).more;
  }
  std::optional<EventId> after;
  for (bool more = true; more;) {
    more = (*store.list(*EventQuery::make(whole_page(after)), [&](const EventRow& row) {
             after = row.id;
             out << "event " << row.id.value.high << '/' << row.id.value.low << ' ' << row.type
                 << ' ' << row.created_at << ' ' << row.revision;
             if (row.organization != nullptr) out << " in " << *row.organization;
             if (row.membership != nullptr) out << " membership " << row.membership->id;
             if (row.user != nullptr) out << " user " << *row.user;
             if (row.role_id != nullptr) out << " role " << *row.role_id;
             if (row.invitation != nullptr) out << " invitation " << row.invitation->id;
             out << '\n';
           })).more;
  }
  return out.str();
}

}  // namespace membership_tests

#endif
