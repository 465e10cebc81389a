// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_WIRE_ORGANIZATION_OBJECT_HPP
#define MEMBERSHIP_WIRE_ORGANIZATION_OBJECT_HPP

#include "membership/domain/organization_domain.hpp"
#include "membership/domain/profile.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/wire/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <utility>

namespace membership {
inline namespace v0 {
namespace wire {

namespace detail {
/// A domain of an organization.
/// Rule: the API's page, A4, "Domain": one that is given as verified was verified by hand.
template <class I>
boost::json::object domain_object(const I& organization, const OrganizationDomain& domain) {
  char text[Ulid::text_size];
  membership::detail::write_ulid(domain.id.value, text);
  boost::json::string id("org_domain_");
  id.append(text, text + sizeof text);
  boost::json::object object;
  object.reserve(8);
  object["object"] = "organization_domain";
  object["id"] = std::move(id);
  object["organization_id"] = json_id(organization);
  object["domain"] = json_text(domain.domain);
  object["state"] = json_text(to_string(domain.state));
  object["verification_strategy"] = domain.state == DomainState::verified ? "manual" : "dns";
  object["created_at"] = json_text(domain.created_at);
  object["updated_at"] = json_text(domain.updated_at);
  return object;
}
}  // namespace detail

/// An organization as JSON. `stripe_customer_id` is left out where it is not set. `id` is an id or
/// a view of one. Complexity: linear in the texts, the metadata and the domains. Throws:
/// `std::bad_alloc`. Rule: the API's page, A4, "Organization".
template <class I>
[[nodiscard]] boost::json::object organization_object(const I& id, const Profile& profile) {
  boost::json::object organization;
  organization.reserve(10);
  organization["object"] = "organization";
  organization["id"] = detail::json_id(id);
  organization["name"] = detail::json_text(profile.texts[Text::name]);
  boost::json::array& domains = organization["domains"].emplace_array();
  profile.domains.for_each([&](const OrganizationDomain& domain) {
    domains.emplace_back(detail::domain_object(id, domain));
  });
  organization["metadata"] = detail::json_metadata(profile.metadata);
  organization["external_id"] = detail::json_text(profile.texts, Text::external_id);
  organization["allow_profiles_outside_organization"] = false;
  if (profile.texts.has(Text::stripe_customer_id)) {
    organization["stripe_customer_id"] = detail::json_text(profile.texts, Text::stripe_customer_id);
  }
  organization["created_at"] = detail::json_text(profile.created_at);
  organization["updated_at"] = detail::json_text(profile.updated_at);
  return organization;
}

}  // namespace wire
}  // namespace v0
}  // namespace membership

#endif
