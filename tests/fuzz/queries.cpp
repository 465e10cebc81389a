// SPDX-License-Identifier: BSL-1.0

// Query strings, read as the query of every list, with cursors; and paths.

#include "fuzz/check.hpp"
#include "membership/domain/traits.hpp"
#include "membership/wire/event_request.hpp"
#include "membership/wire/invitation_request.hpp"
#include "membership/wire/membership_request.hpp"
#include "membership/wire/organization_request.hpp"
#include "membership/wire/page_walk.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/path.hpp"
#include "membership/wire/query_string.hpp"
#include "membership/wire/user_request.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace wire = membership::wire;
using membership_tests::check;

namespace {

template <class I>
void check_cursors(const wire::PageRequest& request) {
  for (const bool known : {false, true}) {
    check(wire::find_position<I>(request, wire::PagingRefusal::unprocessable,
                                 [known](const I&) { return known; }));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = membership_tests::text_of(data, size);
  const auto path = wire::split_path(text);
  check(path);
  const auto query = wire::QueryString::parse(text);
  check(query);
  if (!query) return 0;
  check(wire::read_event_list(*query));
  check(wire::read_invitation_list(*query));
  check(wire::read_membership_list(*query));
  check(wire::read_organization_list(*query));
  check(wire::read_user_list(*query));
  const auto page = wire::parse_page_request(*query, wire::PagingRefusal::unprocessable);
  check(page);
  if (!page) return 0;
  check_cursors<membership::OrganizationId>(*page);
  check_cursors<membership::MembershipId>(*page);
  check_cursors<membership::PermissionId>(*page);
  return 0;
}
