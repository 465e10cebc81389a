// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_INTEROP_HASH_HPP
#define MEMBERSHIP_INTEROP_HASH_HPP

#include "membership/domain/digest.hpp"
#include "membership/domain/hash.hpp"
#include "membership/domain/id.hpp"
#include "membership/domain/inline_text.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/role_set.hpp"
#include "membership/domain/slug.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/ulid.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

constexpr std::size_t as_size(std::uint64_t hash) noexcept {
  return static_cast<std::size_t>(hash);
}
template <class... Words>
std::size_t hash_words(Words... words) noexcept {
  const std::uint64_t all[] = {static_cast<std::uint64_t>(words)...};
  return as_size(hash_bytes({reinterpret_cast<const char*>(all), sizeof all}));
}

/// Of what is a text.
template <class V>
struct HashOfText {
  std::size_t operator()(const V& value) const noexcept {
    return as_size(hash_bytes(value.view()));
  }
};

/// Of what is a ULID under a name of its own.
template <class V>
struct HashOfUlid {
  std::size_t operator()(const V& value) const noexcept {
    return hash_words(value.value.high, value.value.low);
  }
};

}  // namespace detail
}  // namespace membership::inline v0

/// `std::hash` of the values that serve as keys, equal where the values are. It may be cut to its
/// low bits. Not against an adversary who chooses the keys, and another one in another version.
template <class Tag, std::size_t Capacity>
struct std::hash<membership::Id<Tag, Capacity>>
    : membership::detail::HashOfText<membership::Id<Tag, Capacity>> {};
template <std::size_t Capacity>
struct std::hash<membership::InlineText<Capacity>>
    : membership::detail::HashOfText<membership::InlineText<Capacity>> {};
template <>
struct std::hash<membership::RoleSlug> : membership::detail::HashOfText<membership::RoleSlug> {};
template <>
struct std::hash<membership::PermissionSlug>
    : membership::detail::HashOfText<membership::PermissionSlug> {};
template <>
struct std::hash<membership::EmailKey> : membership::detail::HashOfText<membership::EmailKey> {};

template <>
struct std::hash<membership::PlanId> : membership::detail::HashOfUlid<membership::PlanId> {};
template <>
struct std::hash<membership::EventId> : membership::detail::HashOfUlid<membership::EventId> {};
template <>
struct std::hash<membership::OrganizationDomainId>
    : membership::detail::HashOfUlid<membership::OrganizationDomainId> {};

template <>
struct std::hash<membership::Ulid> {
  std::size_t operator()(const membership::Ulid& value) const noexcept {
    return membership::detail::hash_words(value.high, value.low);
  }
};
template <>
struct std::hash<membership::Time> {
  std::size_t operator()(membership::Time value) const noexcept {
    return membership::detail::hash_words(value.milliseconds());
  }
};
template <>
struct std::hash<membership::SlugKey> {
  std::size_t operator()(const membership::SlugKey& value) const noexcept {
    return membership::detail::hash_words(value.first, value.last, value.size);
  }
};
template <>
struct std::hash<membership::RoleIndex> {
  std::size_t operator()(membership::RoleIndex value) const noexcept {
    return membership::detail::hash_words(value.value());
  }
};
template <>
struct std::hash<membership::RoleSet> {
  std::size_t operator()(membership::RoleSet value) const noexcept {
    return membership::detail::hash_words(value.environment(), value.organization());
  }
};
template <>
struct std::hash<membership::PermissionSet> {
  std::size_t operator()(const membership::PermissionSet& value) const noexcept {
    const auto& words = value.words;
    return membership::detail::hash_words(words[0], words[1], words[2], words[3]);
  }
};
template <>
struct std::hash<membership::TokenDigest> {
  std::size_t operator()(const membership::TokenDigest& value) const noexcept {
    return membership::detail::as_size(membership::detail::hash_bytes(
        {reinterpret_cast<const char*>(value.bytes), membership::TokenDigest::size}));
  }
};

#endif
