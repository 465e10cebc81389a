// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_VERSION_HPP
#define MEMBERSHIP_VERSION_HPP

/// The first number of the version.
#define MEMBERSHIP_VERSION_MAJOR 0
/// The second.
#define MEMBERSHIP_VERSION_MINOR 1
/// The third.
#define MEMBERSHIP_VERSION_PATCH 0

namespace membership::inline v0 {

/// The version of the headers, as in semantic versioning.
struct Version {
  int major_number;
  int minor_number;
  int patch_number;
};

/// That of these headers.
inline constexpr Version library_version{MEMBERSHIP_VERSION_MAJOR, MEMBERSHIP_VERSION_MINOR,
                                         MEMBERSHIP_VERSION_PATCH};

}  // namespace membership::inline v0

#endif
