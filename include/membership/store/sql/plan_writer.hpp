// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_PLAN_WRITER_HPP
#define MEMBERSHIP_STORE_SQL_PLAN_WRITER_HPP

#include "membership/policy/plan.hpp"
#include "membership/store/owned/role_versions.hpp"
#include "membership/store/sql/event_text.hpp"
#include "membership/store/sql/statements.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace detail {

constexpr std::string_view to_string(ClaimKind kind) noexcept {
  switch (kind) {
    case ClaimKind::user_email: return "user_email";
    case ClaimKind::user_external_id: return "user_external_id";
    case ClaimKind::organization_external_id: return "organization_external_id";
    case ClaimKind::organization_domain: return "organization_domain";
    case ClaimKind::stripe_customer_id: return "stripe_customer_id";
    case ClaimKind::invitation_email: return "invitation_email";
  }
  return "";
}

/// A text of a profile as a column: null where it is not set.
inline std::optional<std::string_view> column(const Profile& profile, Text text) noexcept {
  return profile.texts.has(text) ? std::optional(profile.texts[text]) : std::nullopt;
}

/// The organization that a row belongs to: the empty text for none.
template <class I>
std::string_view id_column(const std::optional<I>& id) noexcept {
  return id ? id->view() : std::string_view();
}

/// Whether a plan writes anything: one that is `unchanged` does not.
template <class T>
constexpr bool changes(const BasicPlan<T>& plan) noexcept {
  return plan.environment || plan.touch || plan.organization || plan.user || plan.invitation;
}

/// Plans are noted at least a day longer than the events of their time.
constexpr Time kept_plans(Time time) noexcept {
  constexpr std::int64_t day = 86'400'000;
  constexpr std::int64_t first = std::numeric_limits<std::int64_t>::min();
  const std::int64_t at = time.milliseconds();
  return Time::from_milliseconds(at < first + day ? first : at - day);
}

/// Writes what a new environment begins with: its row and the role `member`.
template <class I, class Connection>
[[nodiscard]] bool begin_environment(Connection& connection, const I& member_role,
                                     Time created_at) {
  return connection.change(Sql::insert_environment) &&
         connection.change(Sql::insert_role, std::string_view(), 0u, member_role.view(),
                           std::string_view("member"), to_string(Phase::live), true, false,
                           std::string_view(), 0u, std::string_view(), std::string_view("Member"),
                           nullptr, organization_resource_type, created_at, created_at);
}

/// Carries a plan out as statements, in a transaction that is open already.
///
/// `Connection` says in `notes_every_plan` whether also plans with events are noted by their id. It
/// has `change(Sql, parameters...)`, which says whether a statement changed exactly one row (a key
/// that is there already: no), `exists(Sql, parameters...)`, whether it shows a row, and
/// `run(Sql, parameters...)`, whether it succeeded. Where one says no, a precondition does not hold
/// or the connection failed; it knows which. One that only sends says yes, and no at the end.
template <class T, class Connection>
class PlanWriter {
 public:
  /// `own_roles` are those of the plan's organization, or null.
  PlanWriter(Connection& connection, const BasicPlan<T>& plan,
             const EnvironmentVersion<T>& environment, const RoleVersion<T>* own_roles)
      : connection_(connection), plan_(plan), roles_(environment.roles), own_(own_roles) {
    // Roles are written by slug: also those that the plan makes.
    if (plan.role || plan.order) {
      if (plan.organization) {
        own_ = Ref<RoleVersion<T>>(next_roles(own_roles, plan));
      } else {
        roles_ = next_roles(environment.roles.get(), plan);
      }
    }
    catalogue_ = RoleCatalogue(roles_->roles.table(), own_ ? own_->roles.table() : RoleTable{},
                               &roles_->order, own_ ? &own_->order : nullptr,
                               environment.permissions->permissions.table());
  }

  /// Whether every precondition holds and everything is written.
  [[nodiscard]] bool write() {
    return write_environment() && write_freed() && write_user() && write_claims() &&
           write_organization() && write_role() && write_mark() && write_permission() &&
           write_memberships() && write_invitation() && write_events();
  }

 private:
  std::string text(RoleIndex role) const { return role_text(role, catalogue_); }
  std::string text(RoleSet roles) const { return role_text(roles, catalogue_); }
  /// A time of a user's or an organization's profile: null where there is none.
  std::optional<Time> time_of(Time time) const noexcept {
    return plan_.profile ? std::optional(time) : std::nullopt;
  }

  bool write_environment() {
    if (!plan_.environment) return true;
    const EnvironmentWrite& write = *plan_.environment;
    if (write.precondition == Precondition::compare) {
      return connection_.exists(Sql::compare_environment, write.expected);
    }
    const EnvironmentState& after = write.after;
    return connection_.change(Sql::set_environment, write.expected, after.revision,
                              text(after.default_role), text(after.owner_role),
                              after.multiple_roles, after.seats_count.pending,
                              after.seats_count.inactive, to_string(after.phase), after.generation,
                              text(after.next_owner_role), after.owner_generation) &&
           (!plan_.order || plan_.organization ||
            connection_.change(Sql::set_environment_order, role_text(*plan_.order, catalogue_)));
  }

  bool write_freed() {
    if (!plan_.freed) return true;
    return plan_.freed->precondition == Precondition::compare
               ? connection_.exists(Sql::compare_freed_revision, plan_.freed->expected)
               : connection_.change(Sql::set_freed_revision, plan_.freed->expected,
                                    plan_.freed->after);
  }

  bool write_user() {
    if (plan_.compared_user &&
        !connection_.exists(Sql::compare_user, plan_.membership->after.user.view(),
                            *plan_.compared_user)) {
      return false;
    }
    if (!plan_.user) return true;
    const BasicUserWrite<T>& write = *plan_.user;
    const std::string_view id = write.after.id.view();
    if (write.effect == Effect::erase) {
      return connection_.change(Sql::delete_user, id, write.expected);
    }
    const auto with_profile = [&](auto&& send) {
      const Profile profile = plan_.profile ? plan_.profile->after : Profile{};
      return send(column(profile, Text::name), column(profile, Text::email),
                  column(profile, Text::first_name), column(profile, Text::last_name),
                  column(profile, Text::external_id), column(profile, Text::locale),
                  time_of(profile.created_at), time_of(profile.updated_at), profile.email_verified,
                  metadata_text(profile));
    };
    if (write.precondition == Precondition::absent) {
      return with_profile([&](const auto&... texts) {
        return connection_.change(Sql::insert_user, id, write.after.revision,
                                  to_string(write.after.phase), write.after.generation, texts...);
      });
    }
    return connection_.change(Sql::set_user, id, write.expected, write.after.revision,
                              to_string(write.after.phase), write.after.generation) &&
           (!plan_.profile || with_profile([&](const auto&... texts) {
             return connection_.change(Sql::set_user_profile, id, texts...);
           }));
  }

  bool write_claims() {
    bool good = true;
    for_each_claim(plan_, [&](ClaimKind kind, Effect effect, const ClaimKey& key) {
      if (!good) return;
      if (effect == Effect::erase) {
        good = connection_.change(Sql::delete_claim, to_string(kind), key.view());
        return;
      }
      const auto holder = [](const auto& write) {
        return write ? std::optional<std::string_view>(write->after.id.view()) : std::nullopt;
      };
      good = connection_.change(Sql::insert_claim, to_string(kind), key.view(), holder(plan_.user),
                                holder(plan_.organization));
    });
    return good;
  }

  bool write_organization() {
    if (plan_.touch) {
      const OrganizationTouch& touch = *plan_.touch;
      return connection_.change(Sql::touch_organization, plan_.organization_id()->view(),
                                touch.expected, touch.expected + 1, touch.fenced_to,
                                touch.after.active, touch.after.inactive, touch.after.pending,
                                touch.after.owners);
    }
    if (!plan_.organization) return true;
    const BasicOrganizationWrite<T>& write = *plan_.organization;
    const BasicOrganizationState<T>& after = write.after;
    const std::string_view id = after.id.view();
    if (write.effect == Effect::erase) {
      return connection_.change(Sql::delete_organization, id, write.expected) &&
             connection_.change(Sql::delete_organization_profile, id) &&
             connection_.run(Sql::delete_roles_of, id);
    }
    const auto with_state = [&](auto&& send) {
      return send(after.revision, after.fenced_to, after.counts.active, after.counts.inactive,
                  after.counts.pending, after.counts.owners, after.seat_limit,
                  text(after.default_role), text(after.owner_role), to_string(after.phase),
                  after.generation);
    };
    const bool is_new = write.precondition == Precondition::absent;
    const bool stated = with_state([&](const auto&... values) {
      return is_new ? connection_.change(Sql::insert_organization, id, values...)
                    : connection_.change(Sql::set_organization, id, write.expected, values...);
    });
    if (!stated) return false;
    // Of a role that is written the profile is the plan's, else of the organization.
    if (is_new || (plan_.profile && !plan_.role)) {
      const Profile profile = plan_.profile ? plan_.profile->after : Profile{};
      const bool shown = connection_.change(
          is_new ? Sql::insert_organization_profile : Sql::set_organization_profile, id,
          column(profile, Text::name), column(profile, Text::external_id),
          column(profile, Text::stripe_customer_id), time_of(profile.created_at),
          time_of(profile.updated_at), metadata_text(profile), domains_text(profile));
      if (!shown) return false;
    }
    if (!plan_.role && !plan_.order) return true;
    const std::optional<std::string> order =
        plan_.order ? std::optional(role_text(*plan_.order, catalogue_)) : std::nullopt;
    return connection_.change(Sql::set_organization_order, id, after.revision, order);
  }

  bool write_role() {
    if (!plan_.role) return true;
    const BasicRoleWrite<T>& write = *plan_.role;
    const std::string_view owner =
        write.index.is_organization() ? plan_.organization_id()->view() : std::string_view();
    const RoleState& after = write.after;
    const unsigned place = write.index.place();
    if (write.effect == Effect::erase) {
      return connection_.change(Sql::delete_role, owner, place, write.id.view());
    }
    const auto with_state = [&](auto&& send) {
      return send(owner, place, write.id.view(), after.slug.view(), to_string(after.phase),
                  after.of_organizations, after.only_unused, text(after.replacement),
                  after.generation,
                  permission_text(after.permissions, catalogue_.permission_table()));
    };
    if (write.precondition == Precondition::absent) {
      return with_state([&](const auto&... state) {
        return with_catalogue_profile([&](const auto&... texts) {
          return connection_.change(Sql::insert_role, state..., texts...);
        });
      });
    }
    return with_state(
               [&](const auto&... state) { return connection_.change(Sql::set_role, state...); }) &&
           (!plan_.profile || with_catalogue_profile([&](const auto&... texts) {
             return connection_.change(Sql::set_role_profile, owner, place, texts...);
           }));
  }

  /// Notes whether the organization or one of its roles is marked, where either is written.
  bool write_mark() {
    if (!plan_.organization || plan_.organization->effect == Effect::erase) return true;
    return connection_.change(Sql::set_organization_mark, plan_.organization->after.id.view());
  }

  bool write_permission() {
    if (!plan_.permission) return true;
    const BasicPermissionWrite<T>& write = *plan_.permission;
    const PermissionState& after = write.after;
    const unsigned place = write.index;
    if (write.effect == Effect::erase) {
      return connection_.change(Sql::delete_permission, place, write.id.view());
    }
    const auto with_state = [&](auto&& send) {
      return send(place, write.id.view(), after.slug.view(), to_string(after.phase), after.system,
                  after.generation);
    };
    if (write.precondition == Precondition::absent) {
      return with_state([&](const auto&... state) {
        return with_catalogue_profile([&](const auto&... texts) {
          return connection_.change(Sql::insert_permission, state..., texts...);
        });
      });
    }
    return with_state([&](const auto&... state) {
             return connection_.change(Sql::set_permission, state...);
           }) &&
           (!plan_.profile || with_catalogue_profile([&](const auto&... texts) {
             return connection_.change(Sql::set_permission_profile, place, texts...);
           }));
  }

  /// Calls `send` with the columns of a role's or a permission's profile.
  template <class Send>
  bool with_catalogue_profile(Send&& send) {
    const Profile profile = plan_.profile ? plan_.profile->after : Profile{};
    return send(column(profile, Text::name), column(profile, Text::description),
                column(profile, Text::resource_type_slug), profile.created_at, profile.updated_at);
  }

  bool write_memberships() {
    return (!plan_.membership || write_membership(*plan_.membership)) &&
           (!plan_.other || write_membership(*plan_.other));
  }
  bool write_membership(const BasicMembershipWrite<T>& write) {
    const BasicOrganizationMembership<T>& after = write.after;
    const std::string_view organization = after.organization.view();
    const std::string_view id = after.id.view();
    if (write.effect == Effect::erase) {
      return connection_.change(Sql::delete_membership, organization, id, write.expected);
    }
    const auto with_state = [&](auto&& send) {
      return send(text(after.roles), text(after.first_requested), to_string(after.status),
                  after.created_at, after.updated_at, after.revision, after.directory_managed);
    };
    return with_state([&](const auto&... state) {
      return write.precondition == Precondition::absent
                 ? connection_.change(Sql::insert_membership, organization, id, after.user.view(),
                                      state...)
                 : connection_.change(Sql::set_membership, organization, id, write.expected,
                                      state...);
    });
  }

  bool write_invitation() {
    if (!plan_.invitation) return true;
    const BasicInvitationWrite<T>& write = *plan_.invitation;
    const BasicInvitationState<T>& after = write.after;
    const std::string_view organization = id_column(after.organization);
    const std::string_view id = after.id.view();
    if (write.effect == Effect::erase) {
      return connection_.change(Sql::delete_invitation, organization, id, write.expected);
    }
    const auto with_state = [&](auto&& send) {
      return send(id_column(after.user), id_column(after.inviter), id_column(after.accepted_by),
                  after.revision, after.created_at, after.updated_at, after.expires_at,
                  after.ended_at, ulid_text(after.sent_by.value), digest_text(after.token),
                  text(after.role), to_string(after.status));
    };
    const auto with_profile = [&](auto&& send) {
      const Profile profile = plan_.profile ? plan_.profile->after : Profile{};
      const std::string_view email = profile.texts[Text::email];
      return send(email, EmailKey::folded(email).view(), column(profile, Text::role_slug));
    };
    if (write.precondition == Precondition::absent) {
      return with_state([&](const auto&... state) {
        return with_profile([&](const auto&... texts) {
          return connection_.change(Sql::insert_invitation, organization, id, state..., texts...);
        });
      });
    }
    return with_state([&](const auto&... state) {
             return connection_.change(Sql::set_invitation, organization, id, write.expected,
                                       state...);
           }) &&
           (!plan_.profile || with_profile([&](const auto&... texts) {
             return connection_.change(Sql::set_invitation_profile, organization, id, texts...);
           }));
  }

  /// The row that the revision of an event in no organization is of: a user or an invitation, else
  /// the environment.
  std::string_view event_subject() const noexcept {
    if (plan_.organization_id() != nullptr) return {};
    if (plan_.user) return plan_.user->after.id.view();
    return plan_.invitation ? plan_.invitation->after.id.view() : std::string_view();
  }
  /// The revision that an event is filed under: of the row that it happened to.
  std::uint64_t event_revision(EventType type) const noexcept {
    if (is_of_membership(type)) return plan_.touch->expected + 1;
    if (plan_.invitation) return plan_.invitation->after.revision;
    if (plan_.organization) return plan_.organization->after.revision;
    if (plan_.user) return plan_.user->after.revision;
    return plan_.environment ? plan_.environment->after.revision : 0;
  }

  /// The events, or where there is none the plan's id alone (docs/explanation/concurrency.md, rule
  /// 9).
  bool write_events() {
    const auto* const organization = plan_.organization_id();
    bool good = true;
    bool any = false;
    for_each_event(plan_, [&](EventType type, unsigned index) {
      any = true;
      good = good &&
             connection_.change(Sql::insert_event, ulid_text(EventId::of(plan_.id, index).value),
                                to_string(type), plan_.decided_at,
                                organization == nullptr ? std::string_view() : organization->view(),
                                event_subject(), event_revision(type),
                                EventWriter<T>(plan_, catalogue_).text(type, index));
    });
    if (!good || !changes(plan_) || (any && !Connection::notes_every_plan)) return good;
    return connection_.change(Sql::insert_plan, ulid_text(plan_.id.value), plan_.decided_at);
  }

  Connection& connection_;
  const BasicPlan<T>& plan_;
  Ref<RoleVersion<T>> roles_;
  Ref<RoleVersion<T>> own_;
  RoleCatalogue catalogue_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
