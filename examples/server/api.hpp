// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_SERVER_API_HPP
#define MEMBERSHIP_SERVER_API_HPP

#include "configuration.hpp"
#include "http_message.hpp"
#include "membership/driver/invitations.hpp"  // IWYU pragma: export
#include "membership/driver/operation.hpp"    // IWYU pragma: export
#include "membership/membership.hpp"
#include "membership/wire/errors.hpp"
#include "membership/wire/list_object.hpp"
#include "membership/wire/page_walk.hpp"
#include "membership/wire/paging.hpp"
#include "membership/wire/request_error.hpp"
#include "router.hpp"
#include "shared_ids.hpp"
#include "store.hpp"
#include "store_counters.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/storage_ptr.hpp>
#include <tl/expected.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace membership_server {

/// The calls of the API, over a store. It must outlive the router that it adds its routes
/// to. Handlers run on several threads at once: the store is made for that, the rest is constant.
class Api {
 public:
  using Now = std::function<membership::Time()>;

  /// Applies the configuration, as commands. What changes memberships is said on stderr first.
  /// Throws std::runtime_error where it cannot be applied, with the place in it and why.
  /// Without a store everything is kept in memory. Events that are older than `event_age` are
  /// dropped by the upkeep. `now` is the clock.
  explicit Api(
      const Configuration& configuration, std::unique_ptr<Store> store = nullptr,
      std::chrono::seconds event_age = default_event_age,
      Now now = [] { return membership::SystemClock{}.now(); });
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  void add_routes(Router& router);

  const StoreCounters& counters() const noexcept { return counters_; }

  /// What is done from time to time without being asked: ends the invitations that have expired,
  /// with their pending memberships, and drops the events that are too old. A failure is logged.
  void keep_up();

  /// What it did since the start.
  struct Upkeep {
    std::atomic<std::uint64_t> runs{0};
    std::atomic<std::uint64_t> expired_invitations{0};
    std::atomic<std::uint64_t> dropped_events{0};
  };
  const Upkeep& upkeep() const noexcept { return upkeep_; }

 private:
  using Store = membership_server::Store;
  using RequestError = membership::wire::RequestError;
  /// A handler answers, or says why it refuses.
  using Result = tl::expected<Response, RequestError>;
  using Method = Result (Api::*)(const Call&);

  /// A row of a page: its id, by which paging goes on, and what is shown of it.
  template <class I>
  struct Row {
    I id;
    boost::json::object object;
  };

  void add(Router& router, std::string_view method, std::string_view pattern, Method handler);
  void add_membership_routes(Router& router);
  void add_organization_routes(Router& router);
  void add_user_routes(Router& router);
  void add_role_routes(Router& router);
  void add_permission_routes(Router& router);
  void add_invitation_routes(Router& router);
  void add_event_routes(Router& router);
  void add_authorization_routes(Router& router);

  Result create_membership(const Call& call);
  Result list_memberships(const Call& call);
  Result get_membership(const Call& call);
  Result update_membership(const Call& call);
  Result delete_membership(const Call& call);
  Result deactivate_membership(const Call& call);
  Result reactivate_membership(const Call& call);

  Result create_organization(const Call& call);
  Result list_organizations(const Call& call);
  Result get_organization(const Call& call);
  Result get_organization_by_external_id(const Call& call);
  Result update_organization(const Call& call);
  Result delete_organization(const Call& call);

  Result create_user(const Call& call);
  Result list_users(const Call& call);
  Result get_user(const Call& call);
  Result get_user_by_external_id(const Call& call);
  Result update_user(const Call& call);
  Result delete_user(const Call& call);

  // The routes of an organization's own roles have its id before the other parameters.
  Result create_role(const Call& call);
  Result create_organization_role(const Call& call);
  Result list_roles(const Call& call);
  Result get_role(const Call& call);
  Result update_role(const Call& call);
  Result set_role_permissions(const Call& call);
  Result add_role_permission(const Call& call);
  Result remove_role_permission(const Call& call);
  Result delete_organization_role(const Call& call);

  Result create_permission(const Call& call);
  Result list_permissions(const Call& call);
  Result get_permission(const Call& call);
  Result update_permission(const Call& call);
  Result delete_permission(const Call& call);

  // Invitations.
  Result send_invitation(const Call& call);
  Result list_invitations(const Call& call);
  Result get_invitation(const Call& call);
  Result get_invitation_by_token(const Call& call);
  Result accept_invitation(const Call& call);
  Result revoke_invitation(const Call& call);
  Result resend_invitation(const Call& call);
  /// Revokes or resends. One that has expired is ended with its pending membership, and refused.
  template <class Command>
  Result change_invitation(const Command& command);
  bool exists(const membership::InvitationId& id) const;
  /// An invitation as calls show it, with the token that counts.
  boost::json::object shown(const membership::InvitationState& invitation,
                            const membership::Profile& profile, std::string_view role_slug) const;
  /// The invitation that a command wrote.
  Response answer_invitation(int status, const membership::Receipt<Store>& done) const;
  /// The invitation that the reads show, `sent` being what the client named it by. One that has
  /// expired is ended first.
  Result find_invitation(const membership::Reads& reads, membership::Field field,
                         std::string_view sent);

  // Events.
  Result list_events(const Call& call);
  /// The oldest event that the log holds, or the next one after another.
  std::optional<membership::EventId>
  first_event(const std::optional<membership::EventId>& after) const;
  /// Whether the log holds an event, or may have held it: its time is not after the oldest kept.
  bool has_had(membership::EventId id) const;

  // Permission checks. Each organization is a resource.
  Result check_permission(const Call& call);
  Result list_effective_permissions(const Call& call);
  Result list_effective_permissions_by_external_id(const Call& call);
  Result list_effective_permissions_of_resource(const Call& call);
  Result get_resource(const Call& call);
  Result get_resource_by_external_id(const Call& call);
  /// A page of what a membership may do, where `is_target` says that the resource is its
  /// organization.
  template <class IsTarget>
  Result list_permissions(const Call& call, std::string_view member_sent,
                          std::string_view resource_sent, IsTarget&& is_target) const;
  /// What the store shows of the membership or the organization of this id, with profiles.
  tl::expected<Store::Loaded, RequestError> find_member(std::string_view sent) const;
  tl::expected<Store::Loaded, RequestError> find_organization(std::string_view sent) const;

  static tl::unexpected<RequestError> refuse(RequestError error) {
    return tl::unexpected<RequestError>(std::move(error));
  }
  /// What answers may be made in, above all lists; it lasts until the call has returned.
  static boost::json::storage_ptr memory();
  /// Of a user whom the host made by the id alone nothing is kept.
  static membership::Profile profile_of(const membership::Profile* kept) {
    return kept == nullptr ? membership::Profile{} : *kept;
  }
  static Response answer(int status, const boost::json::object& object) {
    return json_response(status, boost::json::serialize(object));
  }

  /// Carries a command out, with what is shown of user and organization.
  template <class Command>
  tl::expected<membership::Receipt<Store>, membership::Failure<Store>>
  execute(const Command& command) {
    return counted(membership::execute(store_, policy_, command, runtime()));
  }
  struct Clock {
    const Now& source;
    membership::Time now() const { return source(); }
  };
  /// What drivers take from outside.
  using Runtime = membership::Runtime<Clock, SharedIds&>;
  Runtime runtime() { return {.clock = {now_}, .ids = ids_, .with_profiles = true}; }
  template <class Executed>
  Executed counted(Executed result) {
    counters_.count(result);
    return result;
  }
  /// Why a command was not carried out, as an answer. What is the server's own fault is logged.
  static RequestError request_error(const membership::Failure<Store>& failure);
  /// The same for a command that names something by a slug, which is answered whole where there is
  /// no such thing.
  static RequestError request_error(const membership::Failure<Store>& failure,
                                    membership::Field field, std::string_view slug);

  /// The same for a store that failed, which is logged with the cause.
  static RequestError request_error(const Store::Failure& failure);

  /// Thrown by what only reads, where the store failed. It ends the call.
  struct StoreError {
    Store::Failure what;
  };
  template <class V>
  static V checked(tl::expected<V, Store::Failure>&& read) {
    if (!read) throw StoreError{std::move(read.error())};
    return std::move(*read);
  }
  /// Shows the rows of a list; whether more follow.
  template <class Query, class Visit>
  bool list_rows(const Query& query, Visit&& visit) const {
    return checked(store_.list(query, visit)).more;
  }

  /// The runtime of a long operation.
  Runtime operation_runtime() { return {.clock = {now_}, .ids = ids_}; }
  /// The answer to a long operation, which may name something by a slug.
  Result finished(const tl::expected<membership::OperationResult, membership::Failure<Store>>& done,
                  int status, membership::Field field = membership::Field::none,
                  std::string_view slug = {}) {
    if (done) return Response{status};
    counters_.count_failure(done.error());
    return refuse(request_error(done.error(), field, slug));
  }

  /// What the store shows.
  Store::Loaded load(const membership::Reads& reads) const;
  bool exists(const membership::UserId& id) const;
  bool exists(const membership::OrganizationId& id) const;
  bool exists(const membership::MembershipId& id) const;
  bool exists(const membership::PermissionId& id) const;
  /// The id of this text; one that cannot be an id is simply not found.
  template <class I>
  static tl::expected<I, RequestError> parse_id(std::string_view text) {
    const auto id = I::make(text);
    if (!id) return refuse(membership::wire::not_found(I::tag::field, text));
    return *id;
  }
  /// The id of this text, of something that exists.
  template <class I>
  tl::expected<I, RequestError> find(std::string_view text) const {
    auto id = parse_id<I>(text);
    if (id && !exists(*id)) return refuse(membership::wire::not_found(I::tag::field, text));
    return id;
  }

  /// A membership as calls show it, with the user and the organization that `seen` holds.
  boost::json::object shown(const membership::OrganizationMembership& membership,
                            const Store::Loaded& seen) const;
  /// The membership that a command left, or why it was refused.
  Result answer_membership(
      int status,
      const tl::expected<membership::Receipt<Store>, membership::Failure<Store>>& done) const;
  /// Carries out a command that leaves a membership, and answers that.
  template <class Command>
  Result change_membership(const Command& command, int status);
  /// The same for a command that needs no fields.
  template <class Command>
  Result change_status(const Call& call);

  /// The organization that the path of a call on roles names: nothing for the environment's, whose
  /// paths have `parameters` parameters. `find_scope` asks whether it is there.
  using Scope = std::optional<membership::OrganizationId>;
  static tl::expected<Scope, RequestError> parse_scope(const Call& call, std::size_t parameters);
  tl::expected<Scope, RequestError> find_scope(const Call& call, std::size_t parameters) const;
  /// Carries out a command that leaves a role, and answers that. A slug that names nothing is
  /// answered as it was sent: the command's, or that of the place in `permissions`, where the
  /// error tells it.
  template <class Command>
  Result change_role(const Command& command, std::string_view slug, int status,
                     std::span<const std::string_view> permissions = {});

  /// Answers a page of a list whose rows `fetch` shows.
  template <class I, class Fetch>
  Result list(const membership::wire::PageRequest& request, Fetch&& fetch) const {
    namespace wire = membership::wire;
    const auto position = wire::find_position<I>(request, wire::PagingRefusal::unprocessable,
                                                 [this](const I& id) { return exists(id); });
    if (!position) return refuse(position.error());
    return answer_page(*position, fetch);
  }
  /// Answers the page at a position.
  template <class I, class Fetch>
  static Response answer_page(const membership::wire::PagePosition<I>& position, Fetch&& fetch) {
    namespace wire = membership::wire;
    auto page = wire::walk_page(position, fetch);  // what fails in it has thrown
    boost::json::array data(memory());
    for (Row<I>& row : page->rows) data.push_back(std::move(row.object));
    return answer(200, wire::list_object(std::move(data), page->before, page->after));
  }

  const membership::MembershipPolicy<membership::OwnerGuard, membership::SeatLimit,
                                     membership::GrantRule>
      policy_{};
  const std::string invitation_url_;
  const std::optional<std::uint64_t> seat_limit_;  ///< of organizations made from now on
  const std::chrono::seconds event_age_;
  const Now now_;
  SharedIds ids_;
  StoreCounters counters_;
  Upkeep upkeep_;
  const std::unique_ptr<Store> owned_;
  Store& store_;
};

}  // namespace membership_server

#endif
