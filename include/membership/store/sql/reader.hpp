// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_STORE_SQL_READER_HPP
#define MEMBERSHIP_STORE_SQL_READER_HPP

#include "membership/domain/parse.hpp"
#include "membership/policy/query.hpp"
#include "membership/policy/reads.hpp"
#include "membership/policy/rows.hpp"
#include "membership/store/owned/catalogue_lists.hpp"
#include "membership/store/owned/filters.hpp"
#include "membership/store/owned/loaded_snapshot.hpp"
#include "membership/store/sql/caches.hpp"
#include "membership/store/sql/event_text.hpp"
#include "membership/store/sql/plan_writer.hpp"
#include "membership/store/sql/statements.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace membership::inline v0 {
namespace detail {

/// Reads a store's rows by one connection.
///
/// `Connection` has `query(Sql, parameters...)`, which returns the rows of a statement one by one:
/// `next()`, and the columns of the row that it came to. All that is read while the rows of one
/// query are open is of one moment. Where a statement fails there are no rows, and the connection
/// knows why; `corrupt(what)` tells it of rows that this library does not write.
template <class T, class Connection>
class SqlReader {
 public:
  using Environment = Ref<EnvironmentVersion<T>>;
  using OwnRoles = Ref<RoleVersion<T>>;
  using OrganizationId = typename T::OrganizationId;
  using MembershipId = typename T::MembershipId;
  using UserId = typename T::UserId;

  /// `seen` is told what loads see of organizations; it may be null.
  SqlReader(Connection& connection, EnvironmentCache<T>& cache,
            SeenRoles<T>* seen = nullptr) noexcept
      : connection_(connection), cache_(cache), seen_(seen) {}

  /// Asks for what `load` will ask for, as far as its reads name it, of a connection whose answers
  /// come later.
  void ask(const BasicReads<T>& reads) requires(Connection::answers_later) {
    const auto ask_for = [](const auto& /*rows*/) {};
    const Place place = place_of(reads);
    const bool has_organization = place.has_organization();
    ask_for(head_of(reads, place));
    if (has_organization && may_have_roles(reads)) ask_own(place);
    if (reads.inviter != nullptr) ask_for(connection_.query(Sql::user, reads.inviter->view()));
    if (has_organization && reads.other != nullptr) ask_for(other_of(reads, place));
    if (has_organization && reads.actor != nullptr) ask_for(actor_of(reads, place));
    if (reads.email) static_cast<void>(holder_of(ClaimKind::user_email, reads.email->view()));
    for (unsigned i = 0; i < reads.claims.size(); ++i) {
      static_cast<void>(holder_of(reads.claims[i].kind, reads.claims[i].text));
    }
    for (std::size_t i = 0; i < reads.domain_count; ++i) {
      static_cast<void>(holder_of(ClaimKind::organization_domain, reads.domains[i].domain));
    }
    if (reads.open_invitation && reads.email) ask_for(open_invitation_of(reads));
    if (reads.member_invitation && reads.membership != nullptr) {
      ask_for(member_invitation_of(place, std::nullopt));
    }
    if (!reads.profiles) return;
    if (has_organization) ask_for(in_organization(Sql::organization_profile, place));
    if (place.has_user()) ask_for(user_profile_of(place));
  }

  /// The same for `view`.
  void ask(const UserId& user,
           const OrganizationId& organization) requires(Connection::answers_later) {
    static_cast<void>(connection_.query(Sql::view, organization.view(), user.view()));
    if (seen_->had_roles(organization)) ask_own(at_organization(organization.view()));
  }

  /// Fills a snapshot. False where a statement failed.
  [[nodiscard]] bool load(const BasicReads<T>& reads, LoadedSnapshot<T>& out) {
    const Place place = place_of(reads);
    auto head = head_of(reads, place);
    return head.next() && fill(reads, place, head, out);
  }

  /// Shows the membership of a user in an organization; whether there is one. Nothing where a
  /// statement failed.
  template <class Visit>
  [[nodiscard]] std::optional<bool> view(const UserId& user, const OrganizationId& organization,
                                         Visit& visit) {
    auto rows = connection_.query(Sql::view, organization.view(), user.view());
    if (!rows.next()) return connection_.has_failed() ? std::nullopt : std::optional(false);
    RowReader row(rows);
    const Environment environment = environment_at(row.number());
    if (!environment) return std::nullopt;
    const bool has_roles = row.number() != 0;
    const OwnRoles own =
        has_roles ? read_own(at_organization(organization.view()), *environment) : OwnRoles();
    if (has_roles && !own) return std::nullopt;
    const RoleCatalogue catalogue = catalogue_of(*environment, own.get());
    const auto shown = view_membership<T>(row, catalogue);
    if (row.is_corrupt()) return corrupt("a membership"), std::nullopt;
    visit(BasicMembershipRow<T>{shown, catalogue});
    return true;
  }

  /// The environment and the roles of an organization (null: of none) as they are. An environment
  /// that is null: a statement failed.
  struct Catalogues {
    Environment environment;
    OwnRoles own;
    bool has_organization = false;
  };
  [[nodiscard]] Catalogues catalogues(const OrganizationId* organization) {
    std::optional<std::string_view> id;
    if (organization != nullptr) id = organization->view();
    auto rows = connection_.query(Sql::catalogue_revisions, id);
    if (!rows.next()) return {};
    RowReader row(rows);
    Catalogues result{environment_at(row.number()), {}, !row.is_null()};
    if (result.environment && result.has_organization && row.number() != 0) {
      result.own = read_own(at_organization(id), *result.environment);
      if (!result.own) result.environment = Environment();
    }
    return result;
  }

  template <class Visit>
  [[nodiscard]] std::optional<ListEnd> list(const BasicMembershipQuery<T>& query, Visit& visit) {
    const BasicMembershipFilter<T>& filter = query.filter();
    if (filter.organization && filter.user) {
      const auto show = [&](const BasicMembershipRow<T>& row) {
        if (within(query.page(), copy_of<MembershipId>(row.membership.id)) &&
            fits(filter, row.membership.status, row.membership.roles)) {
          visit(row);
        }
      };
      const auto seen = view(*filter.user, *filter.organization, show);
      return seen ? std::optional(ListEnd{false}) : std::nullopt;
    }
    auto moment = connection_.query(Sql::catalogue_revisions, nullptr);
    const Environment environment = environment_of(moment);
    if (!environment) return std::nullopt;
    ShownCatalogue seen(*environment);
    const bool takes_all =
        filter.statuses == StatusSet::all() && !filter.holder && !filter.several_roles;
    const auto show = [&](const auto& rows, bool shown) -> std::optional<bool> {
      if (!shown && takes_all) return true;
      RowReader extra(rows, membership_column_count);
      const bool has_roles = extra.number() != 0;
      if (!seen.show(*this, has_roles, rows, 2)) return std::nullopt;
      RowReader row(rows);
      const auto view = view_membership<T>(row, seen.roles);
      if (row.is_corrupt()) return corrupt("a membership"), std::nullopt;
      if (!fits(filter, view.status, view.roles)) return false;
      if (shown) visit(BasicMembershipRow<T>{view, seen.roles});
      return true;
    };
    return filter.organization
               ? page(Sql::memberships_of_organization, query.page(), show,
                      filter.organization->view())
               : page(Sql::memberships_of_user, query.page(), show, filter.user->view());
  }

  template <class Visit>
  [[nodiscard]] std::optional<ListEnd> list(const BasicOrganizationQuery<T>& query, Visit& visit) {
    const OrganizationFilter& filter = query.filter();
    auto moment = connection_.query(Sql::catalogue_revisions, nullptr);
    const Environment environment = environment_of(moment);
    if (!environment) return std::nullopt;
    ShownCatalogue seen(*environment);
    const auto show = [&](const auto& rows, bool shown) -> std::optional<bool> {
      RowReader row(rows, organization_column_count);
      const bool has_roles = row.number() != 0;
      const bool marked = row.flag();
      ReadProfile profile;
      read_organization_profile(row, profile);
      if (row.is_corrupt()) return corrupt("an organization's profile"), std::nullopt;
      if (filter.marked && !marked) return false;
      if (filter.name_part && !has_part(profile->texts[Text::name], *filter.name_part)) {
        return false;
      }
      if (!shown) return true;
      if (!seen.show(*this, has_roles, rows, 0)) return std::nullopt;
      RowReader first(rows);
      const auto state = read_organization<T>(first, seen.roles);
      if (first.is_corrupt()) return corrupt("an organization"), std::nullopt;
      visit(BasicOrganizationRow<T>{state, *profile});
      return true;
    };
    if (filter.external_id || !filter.domains.empty()) {
      std::vector<OrganizationId> ids;
      if (!find_organizations(filter, ids)) return std::nullopt;
      return named_page(Sql::organization_listed, ids, query.page(), show);
    }
    return page(filter.marked ? Sql::marked_organizations : Sql::organizations, query.page(), show);
  }

  template <class Visit>
  [[nodiscard]] std::optional<ListEnd> list(const BasicUserQuery<T>& query, Visit& visit) {
    const BasicUserFilter<T>& filter = query.filter();
    const auto show = [&](const auto& rows, bool shown) -> std::optional<bool> {
      RowReader row(rows);
      const BasicUserState<T> state = read_user<T>(row);
      ReadProfile profile;
      if (shown) read_user_profile(row, profile);
      if (row.is_corrupt()) return corrupt("a user"), std::nullopt;
      if (filter.marked && state.phase == Phase::live) return false;
      if (shown) visit(BasicUserRow<T>{state, *profile});
      return true;
    };
    if (filter.email || filter.external_id) {
      std::vector<UserId> ids;
      if (!find_users(filter, ids)) return std::nullopt;
      return named_page(Sql::user_listed, ids, query.page(), show);
    }
    if (filter.organization) {
      return page(Sql::users_of_organization, query.page(), show, filter.organization->view());
    }
    return page(filter.marked ? Sql::marked_users : Sql::users, query.page(), show);
  }

  template <class Visit>
  [[nodiscard]] std::optional<ListEnd> list(const BasicInvitationQuery<T>& query, Visit& visit) {
    const BasicInvitationFilter<T>& filter = query.filter();
    auto moment = connection_.query(Sql::catalogue_revisions, nullptr);
    const Environment environment = environment_of(moment);
    if (!environment) return std::nullopt;
    ShownCatalogue seen(*environment);
    const auto show = [&](const auto& rows, bool shown) -> std::optional<bool> {
      RowReader extra(rows, invitation_column_count);
      const bool has_roles = !extra.is_null() && extra.integer() != 0;
      if (!seen.show(*this, has_roles, rows, 1)) return std::nullopt;
      const RoleCatalogue& catalogue = seen.roles;
      RowReader row(rows);
      ReadProfile profile;
      const BasicInvitationState<T> state = read_invitation<T>(row, catalogue, profile);
      if (row.is_corrupt()) return corrupt("an invitation"), std::nullopt;
      if (!fits(filter, state, profile->texts[Text::email])) return false;
      if (!shown) return true;
      BasicInvitationRow<T> result{state, *profile, RoleSet{}, state.role, catalogue};
      if (!state.role.is_none()) result.held = RoleSet::of(state.role);
      RowReader member(rows, invitation_column_count + 1);
      if (!member.is_null()) {
        result.held = member.roles(catalogue);
        result.first_requested = member.first_role(catalogue);
      }
      visit(result);
      return true;
    };
    if (filter.email) {
      return page(Sql::invitations_of_email, query.page(), show, filter.email->view());
    }
    if (filter.organization) {
      return page(Sql::invitations_of_organization, query.page(), show,
                  filter.organization->view());
    }
    return page(filter.open ? Sql::open_invitations : Sql::invitations, query.page(), show);
  }

  template <class Visit>
  [[nodiscard]] std::optional<ListEnd> list(const BasicRoleQuery<T>& query, Visit& visit) {
    const Catalogues seen = catalogues(query.organization ? &*query.organization : nullptr);
    if (!seen.environment) return std::nullopt;
    // An unknown organization has no roles.
    if (query.organization && !seen.has_organization) return ListEnd{false};
    return list_roles(*seen.environment, seen.own.get(), visit);
  }

  template <class Visit>
  [[nodiscard]] std::optional<ListEnd> list(const BasicPermissionQuery<T>& query, Visit& visit) {
    const Environment environment = catalogues(nullptr).environment;
    if (!environment) return std::nullopt;
    return list_permissions(*environment->permissions, query, visit);
  }

  template <class Visit>
  [[nodiscard]] std::optional<ListEnd> list(const BasicEventQuery<T>& query, Visit& visit) {
    constexpr std::int64_t end_of_log = INT64_MAX;
    const bool ascending = query.page().direction == Direction::ascending;
    std::int64_t low = 0;
    std::int64_t high = end_of_log;
    const auto bound = [&](const std::optional<EventId>& cursor, bool lower) {
      if (!cursor) return;
      const std::string id = ulid_text(cursor->value);
      auto rows = connection_.query(Sql::event_place, id);
      if (rows.next()) {
        (lower ? low : high) = rows.integer(0);
      } else if (!lower) {
        high = low;  // Gone with the oldest: everything kept comes after it.
      }
    };
    bound(query.page().after, ascending);
    bound(query.page().until, !ascending);
    if (connection_.has_failed()) return std::nullopt;
    const auto show = [&](const auto& rows, bool shown) -> std::optional<bool> {
      RowReader row(rows, 1);
      const EventId id{row.ulid()};
      const EventType type = row.keep(parse_event_type(row.text()), EventType::none);
      BasicEventRow<T> event{id, type, row.time()};
      const auto organization = row.template optional_id<OrganizationId>();
      event.revision = row.number();
      if (row.is_corrupt()) return corrupt("an event"), std::nullopt;
      if (organization) event.organization = &*organization;
      if (!fits(query.filter(), event)) return false;
      if (!shown) return true;
      StoredEvent<T> stored;
      if (!stored.read(row.text(), organization, event)) {
        return corrupt("an event"), std::nullopt;
      }
      visit(event);
      return true;
    };
    const std::int64_t end = ascending ? high : low;
    const auto place = [](const auto& rows) { return rows.integer(0); };
    const auto& organization = query.filter().organization;
    return organization ? walk(Sql::events_of_organization, query.page(), ascending ? low : high,
                               end, place, show, organization->view())
                        : walk(Sql::events, query.page(), ascending ? low : high, end, place, show);
  }

  /// Whether a plan that is noted by its id was carried out; nothing where it is not noted.
  [[nodiscard]] std::optional<bool> was_noted(PlanId plan) requires(Connection::notes_every_plan) {
    const std::string id = ulid_text(plan.value);
    auto rows = connection_.query(Sql::plan, id);
    return rows.next() ? std::optional(rows.integer(0) == 1) : std::nullopt;
  }
  /// Whether the plan with this id was carried out.
  [[nodiscard]] std::optional<bool> was_committed(PlanId plan) {
    const std::string first = ulid_text(EventId::of(plan, 0).value);
    const std::string last = ulid_text(EventId::of(plan, 15).value);
    bool found = connection_.query(Sql::plan_of_event, first, last).next();
    if constexpr (Connection::notes_every_plan) {
      found = found || was_noted(plan).value_or(false);
    } else {
      found = found || connection_.query(Sql::plan, first, last).next();
    }
    return connection_.has_failed() ? std::nullopt : std::optional(found);
  }

 private:
  /// The roles that the organization has that was looked at last.
  class ShownCatalogue {
   public:
    RoleCatalogue roles;

    explicit ShownCatalogue(const EnvironmentVersion<T>& environment) noexcept
        : roles(catalogue_of<T>(environment, nullptr)), environment_(environment) {}

    /// Shows those of the organization whose id is in a column. False where a statement failed.
    template <class Rows>
    bool show(SqlReader& reader, bool has_roles, const Rows& rows, int column) {
      if (!has_roles && !own_) return true;
      if (!has_roles) {
        own_ = OwnRoles();
      } else if (const std::string_view id = rows.text(column); !own_ || organization_ != id) {
        organization_ = id;
        own_ = reader.read_own(at_organization(id), environment_);
        if (!own_) return false;
      }
      roles = catalogue_of(environment_, own_.get());
      return true;
    }

   private:
    const EnvironmentVersion<T>& environment_;
    std::string organization_;
    OwnRoles own_;
  };

  void corrupt(const char* what) { connection_.corrupt(what); }

  template <class I>
  static std::optional<std::string_view> id_of(const I* id) noexcept {
    return id == nullptr ? std::nullopt : std::optional<std::string_view>(id->view());
  }

  // Texts that are given to a query live as long as its rows.

  /// What an organization and a user are found by: their ids, a membership, an invitation (by its
  /// id or its token), and a user by an address, too.
  struct Place {
    std::optional<std::string_view> organization;
    std::optional<std::string_view> user;
    std::optional<std::string_view> membership;
    std::optional<std::string_view> invitation;
    std::optional<std::string> token;
    std::optional<std::string_view> email;

    bool has_invitation() const noexcept { return invitation || token; }
    bool has_organization() const noexcept {
      return organization || membership || has_invitation();
    }
    bool has_user() const noexcept { return user || membership || has_invitation() || email; }
  };
  static Place at_organization(std::optional<std::string_view> id) {
    Place place;
    place.organization = id;
    return place;
  }
  static Place place_of(const BasicReads<T>& reads) {
    Place place;
    place.organization = id_of(reads.organization);
    place.user = id_of(reads.user);
    place.membership = id_of(reads.membership);
    if (place.membership) return place;
    place.invitation = id_of(reads.invitation);
    if (!place.invitation && reads.token != nullptr) place.token = digest_text(*reads.token);
    if (reads.email_user && reads.email) place.email = reads.email->view();
    return place;
  }
  /// A query of what an organization has.
  template <class... More>
  auto in_organization(Sql statement, const Place& place, const More&... more) {
    return connection_.query(statement, place.organization, place.membership, place.invitation,
                             place.token, more...);
  }
  /// Whether an organization has roles of its own, as far as that can be told from what was seen.
  bool may_have_roles(const BasicReads<T>& reads) const {
    return reads.organization != nullptr && reads.membership == nullptr
               ? seen_->had_roles(*reads.organization)
               : seen_->any_had_roles();
  }

  void ask_own(const Place& place) {
    static_cast<void>(in_organization(Sql::roles_of, place));
    static_cast<void>(in_organization(Sql::own_order, place));
  }

  /// What every load begins with.
  auto head_of(const BasicReads<T>& reads, const Place& place) {
    if (place.membership) {
      return connection_.query(Sql::head_of_membership, place.membership, place.organization,
                               place.user, reads.member_user || reads.profiles);
    }
    if (place.has_invitation() || place.email) {
      return connection_.query(Sql::head_of_invitation, place.organization, place.user,
                               place.invitation, place.token, place.email, reads.pair);
    }
    return connection_.query(Sql::head_of_pair, place.organization, place.user,
                             reads.pair ? place.user : std::nullopt);
  }

  /// The environment at the moment of a query of `catalogue_revisions`.
  template <class Rows>
  Environment environment_of(Rows& moment) {
    return moment.next() ? environment_at(RowReader(moment).number()) : Environment();
  }
  /// The environment at a revision, which is that of the moment.
  Environment environment_at(std::uint64_t revision) {
    Environment known = cache_.find(revision);
    if (known) return known;
    auto* const next = new EnvironmentVersion<T>;
    const Environment result(next);
    auto* const permissions = new PermissionVersion<T>;
    next->permissions = Ref<PermissionVersion<T>>(permissions);
    auto* const roles = new RoleVersion<T>;
    next->roles = Ref<RoleVersion<T>>(roles);
    for (auto rows = connection_.query(Sql::permissions); rows.next();) {
      RowReader row(rows);
      read_permission(row, *permissions);
      if (row.is_corrupt()) return corrupt("a permission"), Environment();
    }
    if (!read_roles(at_organization(std::string_view()), permissions->permissions.table(), nullptr,
                    *roles))
      return Environment();
    auto rows = connection_.query(Sql::environment);
    if (!rows.next()) return Environment();
    RowReader row(rows);
    next->state = read_environment(row, catalogue_of<T>(*next, nullptr), roles->order);
    row.check(next->state.revision == revision);
    if (row.is_corrupt()) return corrupt("the environment"), Environment();
    cache_.keep(result);
    return result;
  }

  /// The roles of an organization that has some.
  OwnRoles read_own(const Place& place, const EnvironmentVersion<T>& environment) {
    auto* const own = new RoleVersion<T>;
    const OwnRoles result(own);
    if (!read_roles(place, environment.permissions->permissions.table(), &environment, *own)) {
      return OwnRoles();
    }
    auto rows = in_organization(Sql::own_order, place);
    if (!rows.next()) return OwnRoles();
    RowReader row(rows);
    own->order = row.keep(order_of_text(row.text(), catalogue_of(environment, own)), RoleOrder{});
    return row.is_corrupt() ? (corrupt("an order of roles"), OwnRoles()) : result;
  }

  /// `environment` is null for its own roles.
  bool read_roles(const Place& place, PermissionTable permissions,
                  const EnvironmentVersion<T>* environment, RoleVersion<T>& out) {
    std::vector<std::pair<unsigned, std::string>> replacements;
    for (auto rows = in_organization(Sql::roles_of, place); rows.next();) {
      RowReader row(rows);
      read_role(row, permissions, out, replacements);
      if (row.is_corrupt()) return corrupt("a role"), false;
    }
    if (connection_.has_failed()) return false;
    const RoleCatalogue catalogue =
        environment == nullptr
            ? RoleCatalogue(out.roles.table(), {}, nullptr)
            : RoleCatalogue(environment->roles->roles.table(), out.roles.table(), nullptr);
    return resolve_replacements(replacements, catalogue, out) ? true : (corrupt("a role"), false);
  }

  /// Fills a snapshot from its head and what else it needs, all of one moment.
  template <class Rows>
  bool fill(const BasicReads<T>& reads, const Place& place, const Rows& head,
            LoadedSnapshot<T>& out) {
    RowReader row(head);
    Environment environment = environment_at(row.number());
    out.freed_revision = row.number();
    if (!environment) return false;
    const bool has_organization = !row.is_null();
    OwnRoles own;
    if (row.number() != 0) {
      own = read_own(place, *environment);
      if (!own) return false;
    }
    out.show_roles(*environment, own);
    if (has_organization) {
      out.organization.emplace(read_organization<T>(row, out.roles));
      // Where one statement may see several nodes at different moments. The other way round is
      // found by the commit (docs/explanation/concurrency.md, rule 5).
      if (out.organization->fenced_to > environment->state.revision) {
        return connection_.torn("an organization"), false;
      }
      if (seen_ != nullptr) {
        seen_->note(out.organization->id, out.organization->revision, {environment, own});
      }
    } else {
      row.skip(organization_column_count);
    }
    if (row.is_null()) {
      row.skip(user_column_count);
    } else {
      out.user.emplace(read_user<T>(row));
    }
    if (row.is_null()) {
      row.skip(membership_column_count);
    } else {
      out.membership.emplace(view_membership<T>(row, out.roles).copy());
    }
    std::optional<ReadProfile> invitation;
    if (place.has_invitation() && !row.is_null()) {
      out.invitation.emplace(read_invitation<T>(row, out.roles, invitation.emplace()));
    }
    if (row.is_corrupt()) return corrupt("a row of a snapshot"), false;
    if (!fill_inviter(reads, out) || !fill_claims(reads, out)) return false;
    if (out.organization && !(fill_members(reads, place, out) && fill_holders(reads, out)))
      return false;
    if (reads.role) out.show_role(*reads.role, *environment);
    if (reads.permission) out.show_permission(*reads.permission, *environment);
    out.keep(std::move(environment));
    return fill_invitation(reads, place, invitation, out);
  }

  bool fill_inviter(const BasicReads<T>& reads, LoadedSnapshot<T>& out) {
    if (reads.inviter == nullptr) return true;
    auto rows = connection_.query(Sql::user, reads.inviter->view());
    if (rows.next()) {
      RowReader row(rows);
      out.inviter.emplace(read_user<T>(row));
      if (row.is_corrupt()) return corrupt("a user"), false;
    }
    return !connection_.has_failed();
  }
  auto other_of(const BasicReads<T>& reads, const Place& place) {
    return in_organization(Sql::membership_of_organization, place, reads.other->view());
  }
  auto actor_of(const BasicReads<T>& reads, const Place& place) {
    return in_organization(Sql::membership_of_pair, place, reads.actor->view());
  }
  /// The memberships of the organization that are looked up beside that of the head.
  bool fill_members(const BasicReads<T>& reads, const Place& place, LoadedSnapshot<T>& out) {
    const auto show = [&](auto rows, auto& slot) {
      if (!rows.next()) return;
      RowReader row(rows);
      slot.emplace(view_membership<T>(row, out.roles).copy());
      if (row.is_corrupt()) corrupt("a membership");
    };
    if (reads.other != nullptr) show(other_of(reads, place), out.other);
    if (reads.actor != nullptr) show(actor_of(reads, place), out.actor);
    return !connection_.has_failed();
  }
  /// How many hold a role.
  bool fill_holders(const BasicReads<T>& reads, LoadedSnapshot<T>& out) {
    if (reads.holders.is_none()) return true;
    std::string pattern = "% ";
    for (const char c : role_text(reads.holders, out.roles)) {
      if (c == '_') pattern += '\\';
      pattern += c;
    }
    pattern += " %";
    auto rows = connection_.query(Sql::holders, out.organization->id.view(), pattern);
    if (rows.next()) out.holders = RowReader(rows).number();
    return !connection_.has_failed();
  }

  /// Who has a claim; empty texts where nobody has it, or nobody with such an id.
  struct Holder {
    bool found = false;
    std::string user;
    std::string organization;
  };
  Holder holder_of(ClaimKind kind, std::string_view text) {
    const ClaimKey key = claim_key(kind, text);
    auto rows = connection_.query(Sql::claim, to_string(kind), key.view());
    if (!rows.next()) return {};
    return {true, std::string(rows.text(0)), std::string(rows.text(1))};
  }
  /// Whether others than these (null: nobody) have a claim.
  bool is_taken(ClaimKind kind, std::string_view text, const UserId* user,
                const OrganizationId* organization) {
    const Holder holder = holder_of(kind, text);
    if (!holder.found) return false;
    if (!holder.user.empty()) return user == nullptr || user->view() != holder.user;
    return organization == nullptr || organization->view() != holder.organization;
  }
  bool fill_claims(const BasicReads<T>& reads, LoadedSnapshot<T>& out) {
    if (reads.email) {
      const Holder holder = holder_of(ClaimKind::user_email, reads.email->view());
      if (!holder.user.empty()) out.email_holder.emplace(copy_of<UserId>(holder.user));
    }
    for (unsigned i = 0; i < reads.claims.size(); ++i) {
      const ClaimText& claim = reads.claims[i];
      if (is_taken(claim.kind, claim.text, reads.user, reads.organization)) {
        out.taken_claims = static_cast<std::uint8_t>(out.taken_claims | (1u << i));
      }
    }
    for (std::size_t i = 0; i < reads.domain_count; ++i) {
      if (is_taken(ClaimKind::organization_domain, reads.domains[i].domain, nullptr,
                   reads.organization)) {
        out.taken_domain = static_cast<std::uint16_t>(i);
        break;
      }
    }
    return !connection_.has_failed();
  }

  /// The invitation that is shown in the end, and the profiles. `named` is the one of the head.
  bool fill_invitation(const BasicReads<T>& reads, const Place& place,
                       std::optional<ReadProfile>& named, LoadedSnapshot<T>& out) {
    if (reads.open_invitation && reads.email) {
      out.invitation.clear();
      named.reset();
      auto rows = open_invitation_of(reads);
      if (rows.next()) return show_invitation(reads, place, rows, out);
    }
    if (named) return fill_profiles(reads, place, &**named, out);
    if (reads.member_invitation && out.membership && out.membership->status == Status::pending) {
      const auto& user = out.membership->user;
      auto rows =
          member_invitation_of(place, place.membership ? std::nullopt : std::optional(user.view()));
      if (rows.next()) return show_invitation(reads, place, rows, out);
    }
    return fill_profiles(reads, place, nullptr, out);
  }
  auto open_invitation_of(const BasicReads<T>& reads) {
    return connection_.query(Sql::open_invitation,
                             id_of(reads.organization).value_or(std::string_view()),
                             reads.email->view());
  }
  /// `user` is whose it is where no membership says it.
  auto member_invitation_of(const Place& place, std::optional<std::string_view> user) {
    return in_organization(Sql::member_invitation, place, user);
  }
  template <class Rows>
  bool show_invitation(const BasicReads<T>& reads, const Place& place, const Rows& rows,
                       LoadedSnapshot<T>& out) {
    RowReader row(rows);
    ReadProfile profile;
    out.invitation.emplace(read_invitation<T>(row, out.roles, profile));
    if (row.is_corrupt()) return corrupt("an invitation"), false;
    return fill_profiles(reads, place, &*profile, out);
  }
  auto user_profile_of(const Place& place) {
    return connection_.query(Sql::user_profile, place.user, place.membership, place.invitation,
                             place.token, place.email);
  }
  bool fill_profiles(const BasicReads<T>& reads, const Place& place, const Profile* invitation,
                     LoadedSnapshot<T>& out) {
    if (!reads.profiles && invitation == nullptr) return !connection_.has_failed();
    auto* const shown = new ShownProfiles;
    const Ref<ShownProfiles> kept(shown);
    if (invitation != nullptr) shown->invitation.emplace(*invitation);
    if (reads.profiles && out.organization) {
      auto rows = in_organization(Sql::organization_profile, place);
      if (rows.next()) {
        RowReader row(rows);
        ReadProfile profile;
        read_organization_profile(row, profile);
        if (row.is_corrupt()) return corrupt("an organization's profile"), false;
        shown->organization.emplace(*profile);
      }
    }
    if (reads.profiles && out.user) {
      auto rows = user_profile_of(place);
      if (rows.next()) {
        RowReader row(rows);
        ReadProfile profile;
        read_user_profile(row, profile);
        if (row.is_corrupt()) return corrupt("a user's profile"), false;
        shown->user.emplace(*profile);
      }
    }
    out.show_profiles(shown);
    return !connection_.has_failed();
  }

  static Sql directed(Sql ascending, Direction direction) noexcept {
    const unsigned step = direction == Direction::ascending ? 0 : 1;
    return static_cast<Sql>(static_cast<unsigned>(ascending) + step);
  }

  /// Shows a page of the rows between two keys: `show(rows, shown)` says whether the filter accepts
  /// one, nothing where it failed; with `shown` false only that is asked. Rows come in batches,
  /// which grow where the filter leaves many out. `key_of(rows)` is a key that can be kept.
  template <class I, class Key, class KeyOf, class Show, class... More>
  std::optional<ListEnd> walk(Sql statement, const Page<I>& page, Key begin, const Key& end,
                              const KeyOf& key_of, const Show& show, const More&... more) {
    std::size_t shown = 0;
    std::optional<std::invoke_result_t<const KeyOf&, const typename Connection::Rows&>> last;
    for (std::size_t batch = page.limit + 1;;) {
      std::size_t found = 0;
      {
        auto rows = connection_.query(directed(statement, page.direction), begin, end, more...,
                                      std::uint64_t{batch});
        for (; rows.next(); ++found) {
          const std::optional<bool> fits = show(rows, shown < page.limit);
          if (!fits) return std::nullopt;
          if (*fits && shown++ == page.limit) return ListEnd{true};
          if (found + 1 == batch) last = key_of(rows);  // where the next batch begins
        }
      }
      if (connection_.has_failed()) return std::nullopt;
      if (found < batch) return ListEnd{false};
      begin = *last;
      batch = batch > longest_page / 2 ? longest_page : 2 * batch;
    }
  }

  /// A page of a list by ids. Where there is no cursor, its place is taken by a text before or
  /// behind all ids, so that every list is one statement.
  template <class I, class Show, class... More>
  std::optional<ListEnd> page(Sql statement, const Page<I>& page, const Show& show,
                              const More&... more) {
    static constexpr LastText<I::capacity()> last{};
    const bool ascending = page.direction == Direction::ascending;
    const auto bound = [](const std::optional<I>& cursor, bool first) {
      return cursor ? cursor->view() : first ? std::string_view() : last.view();
    };
    const auto id = [](const auto& rows) { return std::string(rows.text(0)); };
    return walk(statement, page, bound(page.after, ascending), bound(page.until, !ascending), id,
                show, more...);
  }
  /// The last characters that there are, as many as an id may have bytes.
  template <std::size_t Capacity>
  struct LastText {
    char bytes[(Capacity / 4 + 1) * 4]{};
    constexpr LastText() noexcept {
      for (std::size_t i = 0; i < sizeof bytes; i += 4) {
        bytes[i] = '\xF4';
        bytes[i + 1] = '\x8F';
        bytes[i + 2] = '\xBF';
        bytes[i + 3] = '\xBF';
      }
    }
    constexpr std::string_view view() const noexcept { return {bytes, sizeof bytes}; }
  };

  /// A page of those of some ids that a statement finds and `show` accepts.
  template <class I, class Show>
  std::optional<ListEnd> named_page(Sql statement, std::vector<I>& ids, const Page<I>& page,
                                    const Show& show) {
    sort_ids(ids);
    const bool ascending = page.direction == Direction::ascending;
    Page<I> rest = page;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const I& id = ids[ascending ? i : ids.size() - 1 - i];
      if (!within(rest, id)) continue;
      auto rows = connection_.query(statement, id.view());
      if (!rows.next()) continue;
      const std::optional<bool> fits = show(rows, shown < page.limit);
      if (!fits) return std::nullopt;
      if (!*fits) continue;
      if (shown == page.limit) return ListEnd{true};
      rest.after = id;
      ++shown;
    }
    return connection_.has_failed() ? std::nullopt : std::optional(ListEnd{false});
  }

  /// The organizations that have the external id and one of the domains of a filter.
  bool find_organizations(const OrganizationFilter& filter, std::vector<OrganizationId>& ids) {
    Holder named;
    if (filter.external_id) {
      named = holder_of(ClaimKind::organization_external_id, *filter.external_id);
      if (!named.found) return !connection_.has_failed();
      if (filter.domains.empty()) ids.push_back(copy_of<OrganizationId>(named.organization));
    }
    for (const std::string_view domain : filter.domains) {
      const Holder holder = holder_of(ClaimKind::organization_domain, domain);
      if (holder.found && (!named.found || named.organization == holder.organization)) {
        ids.push_back(copy_of<OrganizationId>(holder.organization));
      }
    }
    return !connection_.has_failed();
  }

  /// The user who has the address and the external id of a filter and is a member of its
  /// organization.
  bool find_users(const BasicUserFilter<T>& filter, std::vector<UserId>& ids) {
    Holder email;
    Holder external_id;
    if (filter.email) email = holder_of(ClaimKind::user_email, filter.email->view());
    if (filter.external_id) {
      external_id = holder_of(ClaimKind::user_external_id, *filter.external_id);
    }
    const std::string& id = filter.email ? email.user : external_id.user;
    if (id.empty() || (filter.external_id && external_id.user != id)) {
      return !connection_.has_failed();
    }
    const bool listed =
        !filter.organization ||
        in_organization(Sql::membership_of_pair, at_organization(filter.organization->view()),
                        std::string_view(id))
            .next();
    if (listed) ids.push_back(copy_of<UserId>(id));
    return !connection_.has_failed();
  }

  Connection& connection_;
  EnvironmentCache<T>& cache_;
  SeenRoles<T>* seen_;
};

}  // namespace detail
}  // namespace membership::inline v0

#endif
