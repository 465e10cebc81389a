// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_MEMBERSHIP_HPP
#define MEMBERSHIP_MEMBERSHIP_HPP

#include "membership/core.hpp"                  // IWYU pragma: export
#include "membership/domain/error_message.hpp"  // IWYU pragma: export
#include "membership/policy/explain.hpp"        // IWYU pragma: export
#include "membership/store/memory_store.hpp"    // IWYU pragma: export

#endif
