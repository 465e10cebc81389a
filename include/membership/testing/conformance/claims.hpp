// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_CLAIMS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_CLAIMS_HPP

#include "membership/testing/conformance/threads.hpp"
#include "membership/testing/conformance/world.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// A new user with an address or an external id.
template <class W>
BasicCreateUser<typename W::T> user_with(W& w, std::uint64_t number,
                                         std::optional<std::string_view> email,
                                         std::optional<std::string_view> external_id = {}) {
  BasicCreateUser<typename W::T> command;
  command.id = w.template id_of<typename W::UserId>(number);
  command.email = email;
  command.external_id = external_id;
  return command;
}

/// Addresses and external ids of users are each held by one, and free again when given up.
struct UserClaims {
  static constexpr std::string_view name = "user_claims";
  static constexpr Needs needs{Kinds{Kind::user}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const auto first = user_with(w, 700, "Ada@example.org", "A-1");
    const Decided email(w, user_with(w, 701, "ada@EXAMPLE.org"));
    const Decided external(w, user_with(w, 702, {}, "A-1"));
    w.done(first);
    w.must_conflict(email.plan, "a user with an address that another got, in another case");
    w.must_conflict(external.plan, "a user with an external id that another got");
    w.done(user_with(w, 703, {}, "a-1"));  // external ids are compared as they are
    loaded(w, *first.id);
    w.refused(user_with(w, 704, "ADA@example.org"), ErrorCode::email_not_available,
              "an address that another has to be refused");

    // Given up by a change.
    BasicUpdateUser<T> change{*first.id};
    change.email = "eve@example.org";
    change.external_id = TextChange::clear();
    w.done(change);
    w.done(user_with(w, 705, "ada@example.org", "A-1"));
    // In another case it stays its own.
    change = BasicUpdateUser<T>{*first.id};
    change.email = "EVE@example.org";
    w.done(change);
    // Given up by an erase.
    w.done(BasicMarkUserDeleted<T>{*first.id});
    const auto generation = w.user_state(*first.id).generation;
    w.done(BasicFinishUserDeletion<T>{*first.id, generation});
    const Decided freed(w, user_with(w, 706, "eve@example.org"));
    w.expect(w.commit(freed.plan) == CommitStatus::committed,
             "the address of an erased user to be free", "it is held");
    handed_on(w, *freed.command.id);
    taken_back(w);
  }

 private:
  template <class W>
  static void loaded(W& w, const typename W::UserId& holder) {
    typename W::Reads reads;
    reads.email = EmailKey::folded("ADA@example.org");
    reads.claims.push_back(ClaimKind::user_external_id, "A-1");
    reads.claims.push_back(ClaimKind::user_email, "nobody@example.org");
    auto seen = w.load(reads);
    w.expect(seen.email_holder && *seen.email_holder == holder, "who holds an address",
             text_of(seen.email_holder));
    w.same_number(1, seen.taken_claims, "which claims others have");
    reads.user = &holder;
    w.same_number(0, w.load(reads).taken_claims, "which claims others have besides oneself");
  }
  /// In one span the claim goes from one to the other.
  template <class W>
  static void handed_on(W& w, const typename W::UserId& holder) {
    BasicUpdateUser<typename W::T> change{holder};
    change.email = "former@example.org";
    const Decided gives(w, change);
    const auto next = user_with(w, 707, "eve@example.org");
    auto seen = w.load(next.reads());
    seen.email_holder.clear();
    const std::vector<typename W::Plan> span = {gives.plan, w.decide(next, seen)};
    w.expect(w.commit(span) == CommitStatus::committed, "an address that is handed on in a span",
             "a conflict");
    w.refused(user_with(w, 708, "eve@example.org"), ErrorCode::email_not_available,
              "an address handed on to be held");
  }
  /// A span that conflicts leaves no claim.
  template <class W>
  static void taken_back(W& w) {
    const Decided late(w, user_with(w, 709, {}, "late"));
    w.done(user_with(w, 710, {}, "late"));
    const Decided good(w, user_with(w, 711, "new@example.org"));
    const std::vector<typename W::Plan> span = {good.plan, late.plan};
    w.expect(w.commit(span) == CommitStatus::conflict, "a conflict", "a commit");
    w.must_commit(good.plan, "what a conflict left free to be claimed");
  }
};

/// External ids, domains and customer ids of organizations are each held by one.
struct OrganizationClaims {
  static constexpr std::string_view name = "organization_claims";
  static constexpr Needs needs{Kinds{Kind::environment, Kind::organization}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    const DomainData domains[] = {{"Example.org"}, {"second.example"}};
    auto first = made(w, 700);
    first.external_id = "A-1";
    first.stripe_customer_id = "cus_1";
    first.domains = domains;
    auto external = made(w, 701);
    external.external_id = "A-1";
    auto customer = made(w, 702);
    customer.stripe_customer_id = "cus_1";
    auto domain = made(w, 703);
    const DomainData same[] = {{"free.example"}, {"example.ORG"}};
    domain.domains = same;
    const Decided late_external(w, external);
    const Decided late_customer(w, customer);
    const Decided late_domain(w, domain);
    w.done(first);
    w.must_conflict(late_external.plan, "an organization with an external id that another got");
    w.must_conflict(late_customer.plan, "an organization with a customer id that another got");
    w.must_conflict(late_domain.plan, "an organization with a domain that another got");

    typename W::Reads reads;
    reads.domains = same;
    reads.domain_count = 2;
    reads.claims.push_back(ClaimKind::stripe_customer_id, "cus_1");
    reads.claims.push_back(ClaimKind::organization_external_id, "A-1");
    auto seen = w.load(reads);
    w.same_number(3, seen.taken_claims, "which claims others have");
    w.same_number(1, seen.taken_domain, "the first domain that another has");
    reads.organization = &*first.id;
    seen = w.load(reads);
    w.same_number(0, seen.taken_claims, "which claims others have besides oneself");
    w.expect(seen.taken_domain == BasicSnapshot<T>::not_taken, "no domain that another has", "one");

    BasicUpdateOrganization<T> change{*first.id};
    change.external_id = TextChange::set("A-2");
    change.domains = DomainsChange::replace({domains + 1, 1});
    w.done(change);
    const Decided again_external(w, external);
    w.must_commit(again_external.plan, "an external id that was given up to be free");
    const Decided again_domain(w, domain);
    w.must_commit(again_domain.plan, "a domain that was given up to be free");
    w.done(BasicMarkOrganizationDeleted<T>{*first.id});
    const auto generation = w.state(*first.id).generation;
    w.done(BasicFinishOrganizationDeletion<T>{*first.id, generation});
    first.id = w.template id_of<typename W::OrganizationId>(704);
    first.external_id = "A-2";
    first.domains = {domains + 1, 1};
    const Decided freed(w, first);
    w.expect(w.commit(freed.plan) == CommitStatus::committed,
             "all claims of an erased organization to be free", "one is held");
  }

 private:
  template <class W>
  static BasicCreateOrganization<typename W::T> made(W& w, std::uint64_t number) {
    return {"Acme", w.template id_of<typename W::OrganizationId>(number)};
  }
};

/// Threads that want the same address: one gets it.
struct ClaimsRace {
  static constexpr std::string_view name = "claims_under_concurrency";
  static constexpr Needs needs{Kinds{Kind::user}, {}, true};

  template <class W>
  static void run(W& w) {
    for (unsigned round = 0; round < w.options.rounds && !w.anything_found(); ++round) {
      const std::string email = "user" + std::to_string(round) + "@example.org";
      std::atomic<unsigned> winners{0};
      together(w, w.options.threads, [&](Runner<W>& runner) {
        BasicCreateUser<typename W::T> command;
        command.email = email;
        if (carried_out(w, runner.run(command), {ErrorCode::email_not_available})) ++winners;
      });
      w.same_number(1, winners.load(), "how many get the same address");
    }
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
