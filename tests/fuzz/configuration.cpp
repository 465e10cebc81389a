// SPDX-License-Identifier: BSL-1.0

// Configurations: parsed, and those that parse applied, twice.

#include "configuration.hpp"

#include "apply_configuration.hpp"
#include "fuzz/check.hpp"
#include "membership/membership.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace membership_server;
  const auto parsed = parse_configuration(membership_tests::text_of(data, size));
  if (!parsed) {
    membership_tests::must_hold(!parsed.error().empty(), "a refusal says why");
    return 0;
  }
  membership::MemoryStore store;
  const membership::MembershipPolicy<membership::OwnerGuard, membership::SeatLimit> policy;
  const auto apply = [&] {
    try {
      apply_configuration(*parsed, store, policy,
                          membership::SystemRuntime<membership::DefaultTraits>{},
                          [](const std::string&) {});
      return true;
    } catch (const std::runtime_error& refusal) {
      return refusal.what()[0] == '\0';
    }
  };
  if (!apply()) return 0;
  const auto revision = (*store.load(membership::Reads{})).environment.revision;
  membership_tests::must_hold(apply(), "what was applied is applied again");
  membership_tests::must_hold((*store.load(membership::Reads{})).environment.revision == revision,
                              "and changes nothing");
  return 0;
}
