// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ORGANIZATION_OBJECT_HPP
#define MEMBERSHIP_WIRE_ORGANIZATION_OBJECT_HPP

#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>

#include <string>
#include <utility>

namespace membership::inline v0 {
namespace wire {

namespace detail {
/// A domain of an organization. One that is given as verified was verified by hand.
/// See docs/http.md, "Organizations".
template <class I>
boost::json::object domain_object(const I& organization, const OrganizationDomain& domain,
                                  const boost::json::storage_ptr& memory) {
  char text[Ulid::text_size];
  membership::detail::write_ulid(domain.id.value, text);
  boost::json::object object(memory);
  object.reserve(8);
  put(object, "object", "organization_domain");
  put(object, "id", std::string("org_domain_").append(text, sizeof text));
  put_id(object, "organization_id", organization);
  put(object, "domain", domain.domain);
  put(object, "state", to_string(domain.state));
  put(object, "verification_strategy", domain.state == DomainState::verified ? "manual" : "dns");
  put(object, "created_at", domain.created_at);
  put(object, "updated_at", domain.updated_at);
  return object;
}
}  // namespace detail

/// An organization as JSON, made in `memory`. `stripe_customer_id` is left out where it is not set.
/// `id` is an id or a view of one.
/// Complexity: linear in the texts, the metadata and the domains. Throws: `std::bad_alloc`.
/// See docs/http.md, "Organizations".
template <class I>
[[nodiscard]] boost::json::object organization_object(const I& id, const Profile& profile,
                                                      boost::json::storage_ptr memory = {}) {
  boost::json::object organization(std::move(memory));
  organization.reserve(10);
  detail::put(organization, "object", "organization");
  detail::put_id(organization, "id", id);
  detail::put(organization, "name", profile.texts[Text::name]);
  boost::json::array domains(organization.storage());
  profile.domains.for_each([&](const OrganizationDomain& domain) {
    domains.emplace_back(detail::domain_object(id, domain, domains.storage()));
  });
  organization.emplace("domains", std::move(domains));
  detail::put(organization, "metadata", profile.metadata);
  detail::put(organization, "external_id", profile.texts, Text::external_id);
  organization.emplace("allow_profiles_outside_organization", false);
  if (profile.texts.has(Text::stripe_customer_id)) {
    detail::put(organization, "stripe_customer_id", profile.texts, Text::stripe_customer_id);
  }
  detail::put(organization, "created_at", profile.created_at);
  detail::put(organization, "updated_at", profile.updated_at);
  return organization;
}

}  // namespace wire
}  // namespace membership::inline v0

#endif
