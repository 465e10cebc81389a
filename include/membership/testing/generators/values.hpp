// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_GENERATORS_VALUES_HPP
#define MEMBERSHIP_TESTING_GENERATORS_VALUES_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/error.hpp"
#include "membership/domain/event.hpp"
#include "membership/domain/invitation.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/metadata.hpp"
#include "membership/domain/organization.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/traits.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/domain/user.hpp"
#include "membership/testing/generators/owned.hpp"
#include "membership/testing/generators/texts.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace testing {

// --- small values ------------------------------------------------------------------------------

/// A status.
inline rc::Gen<Status> status() {
  return one_of<Status>({Status::active, Status::inactive, Status::pending});
}

/// The status of an invitation.
inline rc::Gen<InvitationStatus> invitation_status() {
  return one_of<InvitationStatus>({InvitationStatus::pending, InvitationStatus::accepted,
                                   InvitationStatus::expired, InvitationStatus::revoked});
}

/// The state of a domain.
inline rc::Gen<DomainState> domain_state() {
  return one_of<DomainState>({DomainState::pending, DomainState::verified, DomainState::unverified,
                              DomainState::failed, DomainState::legacy_verified});
}

/// A time that the wire can write: from 1970 to the end of the year 9999.
inline rc::Gen<Time> time() {
  constexpr std::int64_t end = 253'402'300'800'000;
  return rc::gen::map(
      rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 4'102'444'800'000),
                     rc::gen::inRange<std::int64_t>(0, end)),
      [](std::int64_t milliseconds) { return Time::from_milliseconds(milliseconds); });
}

/// Any ULID.
inline rc::Gen<Ulid> ulid() {
  return rc::gen::map(rc::gen::arbitrary<std::pair<std::uint64_t, std::uint64_t>>(),
                      [](const std::pair<std::uint64_t, std::uint64_t>& words) {
                        return Ulid{words.first, words.second};
                      });
}

/// The id of a plan: its four lowest bits are those of its events.
inline rc::Gen<PlanId> plan_id() {
  return rc::gen::map(ulid(), [](const Ulid& value) {
    return PlanId{Ulid{value.high, value.low & ~std::uint64_t{15}}};
  });
}

/// The id of an event.
inline rc::Gen<EventId> event_id() {
  return rc::gen::map(ulid(), [](const Ulid& value) { return EventId{value}; });
}

/// The type of an event; not `none`.
inline rc::Gen<EventType> event_type() {
  const auto end = static_cast<unsigned>(EventType::invitation_resent) + 1;
  return rc::gen::map(rc::gen::inRange(1u, end),
                      [](unsigned value) { return static_cast<EventType>(value); });
}

/// The digest of a token.
inline rc::Gen<TokenDigest> token_digest() {
  return rc::gen::exec([] {
    TokenDigest digest;
    for (std::uint8_t& byte : digest.bytes) byte = *rc::gen::arbitrary<std::uint8_t>();
    return digest;
  });
}

/// The index of a role of the environment or of an organization; not none.
inline rc::Gen<RoleIndex> role_index() {
  return rc::gen::map(rc::gen::inRange<unsigned>(0, 2 * RoleIndex::per_table), [](unsigned value) {
    return RoleIndex::from_value(static_cast<std::uint8_t>(value));
  });
}

/// A set of roles, also of none.
inline rc::Gen<RoleSet> role_set() {
  return rc::gen::map(rc::gen::container<std::vector<RoleIndex>>(role_index()),
                      [](const std::vector<RoleIndex>& indexes) {
                        RoleSet set;
                        for (const RoleIndex index : indexes) set.insert(index);
                        return set;
                      });
}

/// A set of permissions, also of none, whose indexes are below `end`.
inline rc::Gen<PermissionSet> permission_set(unsigned end = PermissionSet::capacity) {
  return rc::gen::map(rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0u, end)),
                      [](const std::vector<unsigned>& indexes) {
                        PermissionSet set;
                        for (const unsigned index : indexes) set.insert(index);
                        return set;
                      });
}

/// An error of any code and field, with a subject as errors have them.
inline rc::Gen<Error> error() {
  const auto codes = static_cast<unsigned>(ErrorCode::rule_refused) + 1;
  const auto fields = static_cast<unsigned>(Field::cursor) + 1;
  return rc::gen::apply(
      [](unsigned code, unsigned field, std::uint16_t detail, const std::string& subject) {
        return Error{static_cast<ErrorCode>(code), static_cast<Field>(field), detail,
                     subject_of_text(subject)};
      },
      rc::gen::inRange(1u, codes), rc::gen::inRange(0u, fields),
      rc::gen::arbitrary<std::uint16_t>(), utf8_text(0, 40));
}

/// A selection out of these slugs: none, one, or up to `most` with duplicates, also no slug at all.
inline rc::Gen<OwnedSelection> selection(std::vector<std::string> slugs, std::size_t most = 4) {
  using Form = RoleSelection::Form;
  const auto slug = one_of(std::move(slugs));
  return rc::gen::weightedOneOf<OwnedSelection>({
      {2, rc::gen::just(OwnedSelection{})},
      {4, rc::gen::map(slug,
                       [](const std::string& one) {
                         return OwnedSelection{Form::one, {one}};
                       })},
      {4, rc::gen::map(rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, most + 1),
                                       [slug](std::size_t count) {
                                         return rc::gen::container<std::vector<std::string>>(count,
                                                                                             slug);
                                       }),
                       [](const std::vector<std::string>& several) {
                         return OwnedSelection{Form::several, several};
                       })},
  });
}

// --- profiles ----------------------------------------------------------------------------------

/// Metadata within its limits: now and then as many pairs, and as long ones, as there may be.
inline rc::Gen<std::vector<std::pair<std::string, std::string>>> metadata() {
  return rc::gen::exec([] {
    std::map<std::string, std::string> pairs;
    const bool full = *rc::gen::inRange(0, 12) == 11;
    const std::size_t count = full ? Metadata::most_pairs : *rc::gen::inRange<std::size_t>(0, 5);
    for (std::size_t at = 0; at < count; ++at) {
      if (full) {
        std::string key = std::to_string(at);
        key.resize(Metadata::longest_key, 'k');
        pairs[key] = std::string(Metadata::longest_value, 'v');
      } else {
        const std::string key = *utf8_text(1, 6);
        pairs[key] = *utf8_text(0, 6);
      }
    }
    return std::vector<std::pair<std::string, std::string>>(pairs.begin(), pairs.end());
  });
}

/// A change of metadata that none can be refused for where nothing was before: clears, sets keys,
/// takes keys away.
inline rc::Gen<OwnedMetadataChange> metadata_change() {
  return rc::gen::exec([] {
    OwnedMetadataChange change;
    change.clears = *rc::gen::inRange(0, 8) == 7;
    if (change.clears) return change;
    for (auto& [key, value] : *metadata()) {
      const bool goes = *rc::gen::inRange(0, 4) == 3;
      change.entries.emplace_back(key, goes ? std::nullopt : std::optional(value));
    }
    return change;
  });
}

/// A change of metadata that is refused, and only just: a key or a value that is too long or no
/// text, an empty key, a pair too many.
inline rc::Gen<OwnedMetadataChange> bad_metadata_change() {
  return rc::gen::exec([] {
    OwnedMetadataChange change;
    std::string key = "k";
    std::string value = "v";
    switch (*rc::gen::inRange(0, 6)) {
      case 0: key.clear(); break;
      case 1: key.assign(Metadata::longest_key + 1, 'k'); break;
      case 2: value.assign(Metadata::longest_value + 1, 'v'); break;
      case 3: key = *broken_utf8(); break;
      case 4: value = *one_of<std::string>({"\xFF", std::string("a\0b", 3)}); break;
      default:
        for (std::size_t at = 0; at < Metadata::most_pairs; ++at) {
          change.entries.emplace_back(std::to_string(at), "v");
        }
        break;
    }
    change.entries.emplace_back(key, value);
    return change;
  });
}

/// Domains that an organization can have: up to 16, none twice.
inline rc::Gen<OwnedDomains> domains() {
  return rc::gen::exec([] {
    OwnedDomains list;
    const bool full = *rc::gen::inRange(0, 12) == 11;
    const std::size_t count =
        full ? OrganizationDomains::most : *rc::gen::inRange<std::size_t>(0, 4);
    while (list.domains.size() < count) {
      std::string domain = *domain_text();
      const auto is_there = [&](const auto& other) { return same_domain(other.first, domain); };
      while (std::any_of(list.domains.begin(), list.domains.end(), is_there)) domain += 'x';
      list.domains.emplace_back(std::move(domain), *domain_state());
    }
    return list;
  });
}

/// Domains that no organization can have, and only just: one that is no domain, one twice in
/// another case, one too many.
inline rc::Gen<OwnedDomains> bad_domains() {
  return rc::gen::exec([] {
    OwnedDomains list;
    const int way = *rc::gen::inRange(0, 3);
    const std::size_t count = way == 2 ? OrganizationDomains::most : 2;
    for (std::size_t at = 0; at < count; ++at) {
      list.domains.emplace_back("d" + std::to_string(at) + ".example", DomainState::pending);
    }
    list.domains.emplace_back(way == 0 ? *bad_domain_text()
                                       : std::string(way == 1 ? "D0.Example" : "more.example"),
                              DomainState::pending);
    return list;
  });
}

/// A profile in which the first texts are set, and the others now and then, without metadata and
/// domains.
inline rc::Gen<OwnedProfile> profile(std::initializer_list<Text> always,
                                     std::initializer_list<Text> seldom) {
  return rc::gen::exec([always = std::vector<Text>(always), seldom = std::vector<Text>(seldom)] {
    OwnedProfile made;
    const auto set = [&](Text text) {
      switch (text) {
        case Text::name: made[text] = *utf8_text(1, 8); break;
        case Text::description:
        case Text::first_name:
        case Text::last_name: made[text] = *utf8_text(0, 8); break;
        case Text::resource_type_slug:
        case Text::role_slug: made[text] = *slug_text(); break;
        case Text::email: made[text] = *email_text(); break;
        case Text::external_id:
        case Text::stripe_customer_id: made[text] = *external_id_text(); break;
        case Text::locale: made[text] = *locale_text(); break;
      }
    };
    for (const Text text : always) set(text);
    for (const Text text : seldom) {
      if (*rc::gen::arbitrary<bool>()) set(text);
    }
    made.created_at = *time();
    made.updated_at = later_of(made.created_at, *time());
    return made;
  });
}

/// The profile of a user.
inline rc::Gen<OwnedProfile> user_profile() {
  return rc::gen::exec([] {
    OwnedProfile made = *profile({Text::email}, {Text::first_name, Text::last_name, Text::name,
                                                 Text::external_id, Text::locale});
    made.email_verified = *rc::gen::arbitrary<bool>();
    made.metadata = *metadata();
    return made;
  });
}

/// The profile of an organization.
inline rc::Gen<OwnedProfile> organization_profile() {
  return rc::gen::exec([] {
    OwnedProfile made = *profile({Text::name}, {Text::external_id, Text::stripe_customer_id});
    made.metadata = *metadata();
    for (const auto& [domain, state] : (*domains()).domains) {
      const Time created = *time();
      made.domains.push_back({{*ulid()}, domain, state, created, later_of(created, *time())});
    }
    return made;
  });
}

/// The profile of a role or a permission.
inline rc::Gen<OwnedProfile> catalogue_profile() {
  return profile({Text::name, Text::resource_type_slug}, {Text::description});
}

// --- rows --------------------------------------------------------------------------------------

/// A user, now and then under deletion.
inline rc::Gen<UserState> user_state() {
  return rc::gen::exec([] {
    UserState user(*id<UserId>(), *rc::gen::inRange<std::uint64_t>(1, 1000));
    if (*rc::gen::inRange(0, 8) != 7) return user;
    user.phase = Phase::deleting;
    user.generation = user.revision;
    return user;
  });
}

/// An organization whose counts agree with each other, now and then under deletion.
inline rc::Gen<OrganizationState> organization_state() {
  return rc::gen::exec([] {
    const auto below = [](std::uint64_t end) { return *rc::gen::inRange<std::uint64_t>(0, end); };
    OrganizationState made(*id<OrganizationId>());
    made.revision = 1 + below(1000);
    made.fenced_to = below(5);
    made.counts = {below(100), below(100), below(100), 0};
    if (below(2) == 1) {
      made.owner_role = *role_index();
      made.counts.owners = below(made.counts.active + 1);
    }
    if (below(2) == 1) made.default_role = *role_index();
    if (below(2) == 1) made.seat_limit = below(200);
    if (below(8) == 7) {
      made.phase = Phase::deleting;
      made.generation = made.revision;
    }
    return made;
  });
}

/// An invitation: open ones of an organization hold a role or are about a user's pending
/// membership, those that were accepted or revoked say when; `updated_at` is not before
/// `created_at`.
inline rc::Gen<InvitationState> invitation_state() {
  return rc::gen::exec([] {
    const auto maybe = [] { return *rc::gen::arbitrary<bool>(); };
    const Time created = *time();
    InvitationState made(*id<InvitationId>(), created,
                         Time::from_milliseconds(created.milliseconds() + 86'400'000));
    made.updated_at = later_of(created, *time());
    made.revision = *rc::gen::inRange<std::uint64_t>(1, 1000);
    made.status = *invitation_status();
    if (maybe()) made.organization = *id<OrganizationId>();
    if (maybe()) made.inviter = *id<UserId>();
    if (made.status == InvitationStatus::pending) {
      if (made.organization && maybe()) {
        made.user = *id<UserId>();
      } else if (made.organization) {
        made.role = *role_index();
      }
    } else if (made.status != InvitationStatus::expired) {
      made.ended_at = made.updated_at;
    }
    if (made.status == InvitationStatus::accepted) made.accepted_by = *id<UserId>();
    made.sent_by = *plan_id();
    made.token = *token_digest();
    return made;
  });
}

}  // namespace testing
}  // namespace membership::inline v0

#endif
