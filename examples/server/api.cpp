// SPDX-License-Identifier: BSL-1.0
#include "api.hpp"

#include "apply_configuration.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <array>
#include <cstddef>
#include <iostream>
#include <string>
#include <utility>

namespace membership_server {

namespace wire = membership::wire;

namespace {

/// Memory that lasts for a call. It is made anew for each: `release` of a resource lets its blocks
/// grow from call to call.
class CallMemory {
 public:
  CallMemory() : resource_(first_.data(), first_.size()) { of_thread_ = &resource_; }
  CallMemory(const CallMemory&) = delete;
  CallMemory& operator=(const CallMemory&) = delete;
  ~CallMemory() { of_thread_ = nullptr; }

  static boost::json::monotonic_resource* of_thread() noexcept { return of_thread_; }

 private:
  static inline thread_local std::array<unsigned char, std::size_t{16} * 1024> first_{};
  static inline thread_local boost::json::monotonic_resource* of_thread_ = nullptr;
  boost::json::monotonic_resource resource_;
};

}  // namespace

boost::json::storage_ptr Api::memory() { return CallMemory::of_thread(); }

Api::Api(const Configuration& configuration, std::unique_ptr<Store> store,
         std::chrono::seconds event_age, Now now)
    : invitation_url_(configuration.invitation_url.value_or("http://localhost:3000/invitation")),
      seat_limit_(configuration.seat_limit), event_age_(event_age), now_(std::move(now)),
      ids_(configuration.token_secret),
      owned_(store ? std::move(store) : std::move(*open_store({}, now_()))), store_(*owned_) {
  apply_configuration(
      configuration, store_, policy_, operation_runtime(),
      [](const std::string& line) { std::cerr << "membership-server: " + line + "\n"; });
}

void Api::keep_up() {
  constexpr std::size_t at_a_time = 1000;
  const auto age = std::chrono::milliseconds(event_age_).count();
  const auto before = membership::Time::from_milliseconds(now_().milliseconds() - age);
  for (bool more = true; more;) {
    const auto dropped = store_.drop_events(before, at_a_time);
    if (!dropped) {
      std::cerr << "membership-server: upkeep: " + dropped.error().message + "\n";
      break;
    }
    upkeep_.dropped_events += *dropped;
    more = *dropped == at_a_time;
  }
  const auto expired = membership::expire_invitations(store_, policy_, operation_runtime());
  if (expired) {
    upkeep_.expired_invitations += *expired;
  } else {
    counters_.count_failure(expired.error());
    std::cerr << "membership-server: upkeep: " + request_error(expired.error()).message + "\n";
  }
  ++upkeep_.runs;
}

void Api::add_routes(Router& router) {
  router.add(
      "GET", "/health", [](const Call&) { return json_response(200, R"({"status":"ok"})"); },
      Access::open);
  add_membership_routes(router);
  add_organization_routes(router);
  add_user_routes(router);
  add_role_routes(router);
  add_permission_routes(router);
  add_invitation_routes(router);
  add_event_routes(router);
  add_authorization_routes(router);
}

void Api::add(Router& router, std::string_view method, std::string_view pattern, Method handler) {
  router.add(method, pattern, [this, handler](const Call& call) {
    const CallMemory memory_of_call;
    try {
      Result result = (this->*handler)(call);
      return result ? std::move(*result) : error_response(result.error());
    } catch (const StoreError& failure) {
      return error_response(request_error(failure.what));
    }
  });
}

Api::RequestError Api::request_error(const membership::Failure<Store>& failure) {
  if (failure.kind == membership::FailureKind::contended) return wire::contended();
  if (failure.error) {
    RequestError error = wire::request_error(*failure.error);
    if (error.status >= 500) {
      std::cerr << "membership-server: " + membership::message(*failure.error) + "\n";
    }
    return error;
  }
  return request_error(*failure.cause);
}

Api::RequestError Api::request_error(const Store::Failure& failure) {
  std::cerr << "membership-server: the store: " + failure.message + "\n";
  return failure.passes ? wire::contended() : wire::internal_error();
}

Api::RequestError Api::request_error(const membership::Failure<Store>& failure,
                                     membership::Field field, std::string_view slug) {
  const auto& error = failure.error;
  if (error && error->code == membership::ErrorCode::entity_not_found && error->field == field) {
    return wire::not_found(field, slug);
  }
  return request_error(failure);
}

Api::Store::Loaded Api::load(const membership::Reads& reads) const {
  return checked(store_.load(reads));
}

bool Api::exists(const membership::UserId& id) const {
  membership::Reads reads;
  reads.user = &id;
  return static_cast<bool>(load(reads).user);
}

bool Api::exists(const membership::OrganizationId& id) const {
  membership::Reads reads;
  reads.organization = &id;
  return static_cast<bool>(load(reads).organization);
}

bool Api::exists(const membership::MembershipId& id) const {
  membership::Reads reads;
  reads.membership = &id;
  return static_cast<bool>(load(reads).membership);
}

bool Api::exists(const membership::PermissionId& id) const {
  membership::Page<membership::PermissionId> page;
  page.limit = membership::longest_page;
  bool found = false;
  const bool more = list_rows(*membership::PermissionQuery::make(page),
                              [&](const auto& row) { found = found || row.id == id; });
  static_cast<void>(more);
  return found;
}

}  // namespace membership_server
