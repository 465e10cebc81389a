// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_CORE_HPP
#define MEMBERSHIP_CORE_HPP

#include "membership/command/create_membership.hpp"
#include "membership/command/create_organization.hpp"
#include "membership/command/create_organization_role.hpp"
#include "membership/command/create_role.hpp"
#include "membership/command/create_user.hpp"
#include "membership/command/deactivate_membership.hpp"
#include "membership/command/delete_membership.hpp"
#include "membership/command/enable_multiple_roles.hpp"
#include "membership/command/reactivate_membership.hpp"
#include "membership/command/set_default_role.hpp"
#include "membership/command/set_priority_order.hpp"
#include "membership/command/update_roles.hpp"
#include "membership/domain/error_message.hpp"
#include "membership/driver/clock.hpp"
#include "membership/driver/execute.hpp"
#include "membership/driver/ids.hpp"
#include "membership/policy/apply.hpp"
#include "membership/policy/explain.hpp"
#include "membership/policy/membership_policy.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/rows.hpp"
#include "membership/store/concepts.hpp"
#include "membership/version.hpp"

#endif
