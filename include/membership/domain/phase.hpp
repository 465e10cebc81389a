// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_DOMAIN_PHASE_HPP
#define MEMBERSHIP_DOMAIN_PHASE_HPP

#include <cstdint>

namespace membership {
inline namespace v0 {

/// Whether an entity is as usual, or marked by a long operation that takes it or something of it
/// away (PROTOCOL.md 6). What a mark stops is said there; what is not stopped goes on.
enum class Phase : std::uint8_t {
  live,
  retiring,  ///< a role or permission on its way out: nobody gets it any more
  closing,   ///< an environment whose Multiple Roles is being switched off
  deleting,  ///< an organization or user that takes no new membership
};

}  // namespace v0
}  // namespace membership

#endif
