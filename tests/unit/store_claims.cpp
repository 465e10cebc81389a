// SPDX-License-Identifier: BSL-1.0

// Plan
//   each kind of claim, laid and given up by one plan                       -> one_plan
//   a claim that stays, before and after the same key: nothing is done      -> same_key
//   what is to be claimed is taken: a conflict, and nothing of the plan     -> conflicts
//   what is to be given up is not there: a conflict                         -> conflicts
//   two that race for one claim: one conflicts, and is refused afterwards   -> races
//   a claim handed on within a span; given up and taken again               -> spans
//   a span that fails later: every claim is back                            -> take_back
//   load: taken by others, not by oneself; the first domain that is taken   -> load

#include "../support/settings.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/command/update_user.hpp"

#include <boost/test/unit_test.hpp>

using namespace membership;
using namespace membership_tests;

namespace store_claims {

constexpr DomainData acme_domains[] = {{"acme.example"}, {"acme.test"}};
constexpr DomainData other_domains[] = {{"ACME.test"}, {"other.example"}};

struct World : Host {
  OrganizationId acme = make_id<OrganizationId>("org_1");
  OrganizationId zeta = organization("org_2");
  UserId ada = make_id<UserId>("user_1");
  UserId bob = user("user_2");
  /// Plans borrow from what they were decided on.
  std::vector<TestStore::Loaded> seen{};

  World() {
    CreateOrganization organization{"Acme", acme};
    organization.external_id = "ext";
    organization.stripe_customer_id = "cus";
    organization.domains = acme_domains;
    done(organization);
    CreateUser user;
    user.id = ada;
    user.email = "ada@x";
    user.external_id = "ext";
    done(user);
    seen.reserve(100);
  }
  template <class C>
  Plan decide(const C& command) {
    seen.push_back(load(command.reads()));
    const auto drawn = draw_context<C>(runtime.clock.now(), runtime.ids);
    const auto plan = policy.decide(command, seen.back(), drawn);
    BOOST_REQUIRE(plan.has_value());
    return *plan;
  }
  bool conflicts(const Plan& plan) {
    const std::string before = describe(store) + claims();
    return commit(plan) == CommitStatus::conflict && describe(store) + claims() == before;
  }
  /// Whether anybody has each of some texts, as 1 and 0.
  std::string claims() const {
    std::string text;
    for (const auto& [kind, claimed] :
         {std::pair{ClaimKind::user_email, "ada@x"}, std::pair{ClaimKind::user_email, "new@x"},
          std::pair{ClaimKind::user_external_id, "ext"},
          std::pair{ClaimKind::user_external_id, "new"},
          std::pair{ClaimKind::organization_external_id, "ext"},
          std::pair{ClaimKind::organization_external_id, "new"},
          std::pair{ClaimKind::stripe_customer_id, "cus"},
          std::pair{ClaimKind::stripe_customer_id, "new"},
          std::pair{ClaimKind::organization_domain, "acme.example"},
          std::pair{ClaimKind::organization_domain, "acme.test"},
          std::pair{ClaimKind::organization_domain, "other.example"}}) {
      Reads reads;
      reads.claims.push_back(kind, claimed);
      text += load(reads).taken_claims == 0 ? '0' : '1';
    }
    return text;
  }
  UpdateOrganization everything_new(const OrganizationId& id) const {
    UpdateOrganization command{id};
    command.external_id = TextChange::set("new");
    command.stripe_customer_id = TextChange::set("new");
    command.domains = DomainsChange::replace(other_domains);
    return command;
  }
  UpdateUser new_texts(const UserId& id) const {
    UpdateUser command{id};
    command.email = "New@x";
    command.external_id = TextChange::set("new");
    return command;
  }
  CommitStatus commit_all(const std::vector<Plan>& plans) {
    return *store.commit(std::span<const Plan>(plans));
  }
};

}  // namespace store_claims

BOOST_FIXTURE_TEST_SUITE(store_claims, store_claims::World)

BOOST_AUTO_TEST_CASE(one_plan) {
  BOOST_TEST(claims() == "10101010110");
  BOOST_TEST(commit(decide(everything_new(acme))) == CommitStatus::committed);
  BOOST_TEST(claims() == "10100101011");
  BOOST_TEST(commit(decide(new_texts(ada))) == CommitStatus::committed);
  BOOST_TEST(claims() == "01010101011");
}

BOOST_AUTO_TEST_CASE(same_key) {
  UpdateUser command{ada};
  command.email = "ADA@X";
  const Plan plan = decide(command);
  BOOST_TEST(commit(plan) == CommitStatus::committed);
  BOOST_TEST(claims() == "10101010110");
  // Also where a plan names what stays.
  Plan named = decide(UpdateUser{bob, "bob@x"});
  named.claims->external_id = {std::string_view("ext"), std::string_view("ext")};
  BOOST_TEST(commit(named) == CommitStatus::committed);
  BOOST_TEST(claims() == "10101010110");
}

BOOST_AUTO_TEST_CASE(conflicts_leave_nothing) {
  Plan taken = decide(new_texts(bob));
  taken.claims->external_id.after = "ext";
  BOOST_TEST(conflicts(taken));
  taken = decide(new_texts(bob));
  taken.claims->email.after = "ADA@x";
  BOOST_TEST(conflicts(taken));
  taken.claims->email = {std::string_view("nobody@x"), std::string_view("new@x")};
  BOOST_TEST(conflicts(taken));  // what is given up is not there
  Plan organization = decide(UpdateOrganization{zeta, "Zeta 2"});
  organization.profile->after.domains =
      OrganizationDomains().replaced(other_domains, 2, organization.id, runtime.clock.at);
  BOOST_TEST(conflicts(organization));  // ACME.test
  organization.profile->after.domains =
      OrganizationDomains().replaced(other_domains + 1, 1, organization.id, runtime.clock.at);
  organization.claims.emplace().stripe_customer_id.after = "cus";
  BOOST_TEST(conflicts(organization));
  organization.claims->stripe_customer_id.after = "new";
  BOOST_TEST(commit(organization) == CommitStatus::committed);
  BOOST_TEST(claims() == "10101011111");
}

BOOST_AUTO_TEST_CASE(races) {
  const UserId eve = user("user_3");
  const Plan first = decide(new_texts(bob));
  const Plan second = decide(new_texts(eve));
  BOOST_TEST(commit(first) == CommitStatus::committed);
  BOOST_TEST(conflicts(second));
  BOOST_TEST((refused(new_texts(eve)).code == ErrorCode::external_id_already_used));

  const OrganizationId other = organization("org_3");
  UpdateOrganization one{zeta};
  one.domains = DomainsChange::replace({other_domains + 1, 1});
  UpdateOrganization two{other};
  two.domains = DomainsChange::replace({other_domains + 1, 1});
  const Plan zeta_first = decide(one);
  const Plan other_second = decide(two);
  BOOST_TEST(commit(zeta_first) == CommitStatus::committed);
  BOOST_TEST(conflicts(other_second));
  BOOST_TEST((refused(two).code == ErrorCode::domain_already_exists));
}

BOOST_AUTO_TEST_CASE(spans) {
  // From one to another in one commit, which no load shows as possible.
  Plan release = decide(everything_new(acme));
  UpdateOrganization take{zeta};
  take.name = "Zeta 2";
  Plan taking = decide(take);
  taking.claims.emplace().external_id.after = "ext";
  taking.claims->stripe_customer_id.after = "cus";
  BOOST_TEST(commit_all({taking, release}) == CommitStatus::conflict);
  BOOST_TEST(claims() == "10101010110");
  BOOST_TEST(commit_all({release, taking}) == CommitStatus::committed);
  BOOST_TEST(claims() == "10101111011");
}

BOOST_AUTO_TEST_CASE(take_back) {
  const Plan stale = decide(UpdateOrganization{zeta, "Zeta 2"});
  done(UpdateOrganization{zeta, "Zeta 3"});
  const std::string before = describe(store) + claims();
  CreateUser made;
  made.email = "made@x";
  made.external_id = "made";
  const std::vector<Plan> plans = {decide(everything_new(acme)), decide(new_texts(ada)),
                                   decide(made), stale};
  BOOST_TEST(commit_all(plans) == CommitStatus::conflict);
  BOOST_TEST(describe(store) + claims() == before);
  // Who had them has them, and nobody else what was to come.
  Reads reads;
  reads.organization = &acme;
  reads.claims.push_back(ClaimKind::organization_external_id, "ext");
  reads.claims.push_back(ClaimKind::organization_external_id, "new");
  BOOST_TEST(load(reads).taken_claims == 0u);
  BOOST_TEST(commit_all({plans[0], plans[1], plans[2]}) == CommitStatus::committed);
  BOOST_TEST(claims() == "01010101011");
}

BOOST_AUTO_TEST_CASE(taken_by_others) {
  Reads reads;
  reads.user = &bob;
  reads.organization = &zeta;
  reads.claims.push_back(ClaimKind::user_external_id, "nobody's");
  reads.claims.push_back(ClaimKind::user_external_id, "ext");
  reads.domains = other_domains;
  reads.domain_count = 2;
  BOOST_TEST(load(reads).taken_claims == 2u);
  BOOST_TEST(load(reads).taken_domain == 0u);
  reads.user = &ada;
  reads.organization = &acme;
  BOOST_TEST(load(reads).taken_claims == 0u);
  BOOST_TEST(load(reads).taken_domain == Snapshot::not_taken);
  const DomainData mixed[] = {{"free.example"}, {"ACME.example"}, {"acme.test"}};
  reads.organization = nullptr;
  reads.domains = mixed;
  reads.domain_count = 3;
  BOOST_TEST(load(reads).taken_domain == 1u);
  const std::string long_text(300, 'x');
  Reads too_long;
  too_long.claims.push_back(ClaimKind::user_external_id, long_text);
  BOOST_TEST(load(too_long).taken_claims == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
