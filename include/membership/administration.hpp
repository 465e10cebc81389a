// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_ADMINISTRATION_HPP
#define MEMBERSHIP_ADMINISTRATION_HPP
// IWYU pragma: begin_exports
#include "membership/command/accept_invitation.hpp"
#include "membership/command/delete_organization.hpp"
#include "membership/command/delete_permission.hpp"
#include "membership/command/delete_role.hpp"
#include "membership/command/delete_user.hpp"
#include "membership/command/disable_multiple_roles.hpp"
#include "membership/command/expire_invitation.hpp"
#include "membership/command/name_owner_role.hpp"
#include "membership/command/resend_invitation.hpp"
#include "membership/command/revoke_invitation.hpp"
#include "membership/command/send_invitation.hpp"
#include "membership/command/set_seats.hpp"
#include "membership/command/sweep_invitations.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/command/update_user.hpp"
#include "membership/core.hpp"
#include "membership/driver/bulk.hpp"
#include "membership/driver/invitations.hpp"
#include "membership/driver/marks.hpp"
#include "membership/driver/operation.hpp"
#include "membership/driver/tokens.hpp"
// IWYU pragma: end_exports
#endif
