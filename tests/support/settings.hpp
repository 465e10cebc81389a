// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTS_SUPPORT_SETTINGS_HPP
#define MEMBERSHIP_TESTS_SUPPORT_SETTINGS_HPP

#include "host.hpp"

#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

/// Settings and marks that no command makes yet, by plans made by hand.
namespace membership_tests {

template <class Host>
membership::Plan empty_plan(Host& host) {
  membership::Plan plan(host.runtime.ids.plan_id(host.runtime.clock.at), host.runtime.clock.at);
  plan.outcome = membership::Outcome::updated;
  return plan;
}

template <class Host>
void must_commit(Host& host, const membership::Plan& plan) {
  if (host.commit(plan) != membership::CommitStatus::committed) {
    throw std::runtime_error("conflict");
  }
}

/// Changes the environment's settings.
template <class Host, class Change>
void configure(Host& host, Change&& change) {
  const auto seen = host.load(membership::Reads{});
  membership::Plan plan = empty_plan(host);
  auto& write = plan.environment.emplace(membership::Precondition::set, seen.environment.revision,
                                         seen.environment);
  ++write.after.revision;
  change(write.after);
  must_commit(host, plan);
}

/// Changes an organization's settings.
template <class Host, class Change>
void configure(Host& host, const membership::OrganizationId& id, Change&& change) {
  membership::Reads reads;
  reads.organization = &id;
  const auto seen = host.load(reads);
  membership::Plan plan = empty_plan(host);
  auto& write =
      plan.organization.emplace(membership::Precondition::set, membership::EventType::none,
                                seen.organization->revision, *seen.organization);
  ++write.after.revision;
  write.after.fenced_to = seen.environment.revision;
  change(write.after);
  must_commit(host, plan);
}

/// Puts a permission on its way out.
template <class Host>
void retire_permission(Host& host, std::string_view slug) {
  membership::Reads reads;
  reads.permission = slug;
  const auto seen = host.load(reads);
  membership::Plan plan = empty_plan(host);
  ++plan.environment
        .emplace(membership::Precondition::set, seen.environment.revision, seen.environment)
        .after.revision;
  auto state = seen.roles.permission_table()[seen.permission_index];
  state.phase = membership::Phase::retiring;
  plan.permission.emplace(membership::Precondition::set, membership::EventType::none,
                          seen.permission->id, seen.permission_index, state);
  must_commit(host, plan);
}

/// The types of all events that a store has, oldest first, with spaces between.
template <class Store>
std::string event_types(const Store& store, std::size_t skip = 0) {
  std::string text;
  std::optional<membership::EventId> after;
  for (bool more = true; more;) {
    more = (*store.list(*membership::EventQuery::make(whole_page(after)),
                        [&](const membership::EventRow& row) {
                          after = row.id;
                          if (skip > 0) {
                            --skip;
                            return;
                          }
                          if (!text.empty()) text += ' ';
                          text += to_string(row.type);
                        }))
               .more;
  }
  return text;
}
template <class Store>
std::size_t count_events(const Store& store) {
  std::size_t count = 0;
  std::optional<membership::EventId> after;
  for (bool more = true; more;) {
    more = (*store.list(*membership::EventQuery::make(whole_page(after)),
                        [&](const membership::EventRow& row) {
                          after = row.id;
                          ++count;
                        }))
               .more;
  }
  return count;
}

}  // namespace membership_tests

#endif
