// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_MEMBERSHIP_HPP
#define MEMBERSHIP_MEMBERSHIP_HPP

#include "membership/core.hpp"
#include "membership/domain/error_message.hpp"
#include "membership/policy/explain.hpp"
#include "membership/store/memory_store.hpp"

#endif
