// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_PHASE_HPP
#define MEMBERSHIP_DOMAIN_PHASE_HPP

#include <cstdint>
#include <string_view>

namespace membership::inline v0 {

/// Whether an entity is as usual, or marked by a long operation that takes it or something of it
/// away (docs/explanation/concurrency.md, rule 6). What a mark stops is said there; what is not
/// stopped goes on.
enum class Phase : std::uint8_t {
  live,
  retiring,  ///< a role or permission on its way out: nobody gets it any more
  closing,   ///< an environment whose Multiple Roles is being switched off
  deleting,  ///< an organization or user that takes no new membership
};

constexpr std::string_view to_string(Phase phase) noexcept {
  switch (phase) {
    case Phase::live: return "live";
    case Phase::retiring: return "retiring";
    case Phase::closing: return "closing";
    case Phase::deleting: return "deleting";
  }
  return "";
}

}  // namespace membership::inline v0

#endif
