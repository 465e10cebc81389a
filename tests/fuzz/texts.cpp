// SPDX-License-Identifier: BSL-1.0

// Ids, slugs, addresses and times out of any bytes: what is made says the same again.

#include "fuzz/check.hpp"
#include "membership/core.hpp"
#include "membership/wire/time_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace membership;

namespace {

template <class Made>
void check(const Made& made, std::string_view text, std::size_t longest) {
  if (!made) return;
  membership_tests::must_hold(made->view() == text, "a value is the text it was made of");
  membership_tests::must_hold(!text.empty() && text.size() <= longest, "its length is in limits");
  membership_tests::must_hold(text.find('\0') == std::string_view::npos, "it holds no NUL");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = membership_tests::text_of(data, size);
  check(OrganizationId::make(text), text, 63);
  check(UserId::make(text), text, 63);
  check(MembershipId::make(text), text, 63);
  check(RoleSlug::make(text), text, 48);
  check(RoleSlug::make_organization(text), text, 48);
  check(PermissionSlug::make(text), text, 48);
  const EmailKey once = EmailKey::folded(text);
  membership_tests::must_hold(once == EmailKey::folded(text), "an address folds the same twice");
  if (const auto time = wire::parse_time(text)) {
    const wire::TimeText shown = wire::format_time(*time);
    const auto again = wire::parse_time(shown.view());
    membership_tests::must_hold(again && *again == *time, "a time is read as it is shown");
  }
  return 0;
}
