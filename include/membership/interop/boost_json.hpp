// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_INTEROP_BOOST_JSON_HPP
#define MEMBERSHIP_INTEROP_BOOST_JSON_HPP

#include "membership/domain/error.hpp"
#include "membership/domain/event.hpp"
#include "membership/domain/membership.hpp"
#include "membership/domain/organization_domain.hpp"
#include "membership/domain/parse.hpp"
#include "membership/domain/time.hpp"
#include "membership/domain/ulid.hpp"
#include "membership/interop/text.hpp"
#include "membership/policy/rows.hpp"
#include "membership/wire/error_body.hpp"
#include "membership/wire/errors.hpp"
#include "membership/wire/event_object.hpp"
#include "membership/wire/invitation_object.hpp"
#include "membership/wire/json_text.hpp"
#include "membership/wire/membership_object.hpp"
#include "membership/wire/organization_object.hpp"
#include "membership/wire/permission_object.hpp"
#include "membership/wire/role_object.hpp"
#include "membership/wire/time_text.hpp"
#include "membership/wire/user_object.hpp"

#include <boost/json/conversion.hpp>
#include <boost/json/error.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/result.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace membership::inline v0 {
namespace detail {

/// What is a string on the wire, and the same that is printed.
template <class V>
concept JsonString = Printable<V> && !one_of<V, EventId, OrganizationDomainId, Ulid, PlanId> &&
                     !std::same_as<decltype(Lines::of(std::declval<const V&>())), std::string>;

template <class V>
concept MadeOfJson = JsonString<V> && requires {
  V::make(std::string_view());
};

/// What a string of the wire can be made into again.
template <class V>
concept ReadFromJson = one_of<V, EventId, EventType, Status, Time> || MadeOfJson<V>;

template <ReadFromJson V>
std::optional<V> read_json_string(std::string_view text) {
  if constexpr (std::same_as<V, EventType>) {
    return parse_event_type(text);
  } else if constexpr (std::same_as<V, Status>) {
    return parse_status(text);
  } else if constexpr (std::same_as<V, EventId>) {
    constexpr std::string_view prefix = wire::event_id_prefix;
    if (!is_minted_form(text, prefix)) return std::nullopt;
    return V{*parse_ulid(text.substr(prefix.size()))};
  } else if constexpr (std::same_as<V, Time>) {
    const auto milliseconds = wire::parse_time(text);
    if (!milliseconds) return std::nullopt;
    return V::from_milliseconds(*milliseconds);
  } else {
    const auto made = V::make(text);
    return made ? std::optional<V>(*made) : std::nullopt;
  }
}

}  // namespace detail

/// `boost::json::value_from`: each value becomes what the API shows of it. Ids, slugs, addresses,
/// enums, times and the ids of events become strings; rows become the objects of `wire/`; an error
/// the body of its answer.
///
/// A membership is shown as in events, with the roles in the order of the default options. An
/// invitation is shown with the state that is kept, as no clock is asked whether it has expired
/// since, and without a link. `wire::membership_object` and `wire::invitation_object` take the
/// rest.
/// Complexity: as the functions of `wire/`. Throws: `std::bad_alloc`.
template <detail::JsonString V>
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out, const V& value) {
  out = wire::detail::json_text(detail::Lines::view(detail::Lines::of(value)), out.storage());
}
inline void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                       const EventId& id) {
  out = wire::detail::json_text(wire::event_id_text(id), out.storage());
}
inline void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                       const Error& error) {
  out = wire::error_object(wire::request_error(error), out.storage());
}
template <class T>
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                const BasicUserRow<T>& row) {
  out = wire::user_object(row.state.id, row.profile, out.storage());
}
template <class T>
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                const BasicOrganizationRow<T>& row) {
  out = wire::organization_object(row.state.id, row.profile, out.storage());
}
template <class T>
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                const BasicMembershipRow<T>& row) {
  out = wire::membership_event_data(row.membership, row.roles, {}, out.storage());
}
template <class T>
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                const BasicRoleRow<T>& row) {
  out = wire::role_object(row, out.storage());
}
template <class T>
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                const BasicPermissionRow<T>& row) {
  out = wire::permission_object(row, out.storage());
}
template <class T>
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                const BasicInvitationRow<T>& row) {
  const std::string_view role =
      wire::invitation_role(row.profile, row.held, row.first_requested, row.roles, {});
  out = wire::invitation_event_data(row.state, row.profile, role, row.state.created_at,
                                    out.storage());
}
template <class T>
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out,
                const BasicEventRow<T>& row) {
  out = wire::event_object(row, {}, out.storage());
}

/// `boost::json::try_value_to` and `value_to`: ids, slugs, addresses, times, statuses, and ids and
/// types of events out of what they became, a time within the years 0 to 9999. Not the rows: the
/// API does not show all of them. Errors, in this order: `boost::json::error::not_string`;
/// `invalid_argument` where `make` or `parse` would refuse the text.
template <detail::ReadFromJson V>
boost::system::result<V> tag_invoke(const boost::json::try_value_to_tag<V>&,
                                    const boost::json::value& value) {
  const boost::json::string* const text = value.if_string();
  if (text == nullptr) return boost::json::make_error_code(boost::json::error::not_string);
  const auto made = detail::read_json_string<V>(std::string_view(text->data(), text->size()));
  if (!made) return make_error_code(boost::system::errc::invalid_argument);
  return *made;
}

}  // namespace membership::inline v0

#endif
