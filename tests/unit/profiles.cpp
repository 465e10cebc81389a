// SPDX-License-Identifier: BSL-1.0

// Plan
//   create organization, user: every text, metadata, domains as shown and
//     in the event                                                        -> created_*
//   create: each error, in the order of the checks                        -> create_errors_*
//   update: each error, in the order of the checks                        -> update_errors_*
//   update: what is not named stays, what is named changes, null clears   -> update_*
//   update: no difference: nothing written, no event                      -> no_difference
//   update: the event shows what was before, with all texts               -> former_values
//   events of roles and permissions: what was before                      -> former_values_of_roles
//   e-mail: verified or not, another case, taken, freed                   -> addresses
//   a user without a profile                                              -> user_without_profile
//   claims freed by update and by deletion are free for others            -> claims_*
//   under deletion: counts as gone                                        -> under_deletion
//   seats: limit and what counts, equal, lowered, unset and zero          -> seats
//   lists: each filter, alone and together, paged both ways               -> filters_*

#include "../support/settings.hpp"
#include "membership/command/set_seats.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/command/update_user.hpp"
#include "membership/driver/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <span>

using namespace membership;
using namespace membership_tests;

namespace profiles {

const std::string long_text(129, 'x');
const std::string longest_text(128, 'x');

constexpr MetadataEntry two_entries[] = {{"tier", "gold"}, {"region", "eu"}};
const MetadataChange two_pairs = MetadataChange::merge(two_entries);
const MetadataEntry bad_entry[] = {{"", "v"}};
const MetadataChange bad_pairs = MetadataChange::merge(bad_entry);

constexpr DomainData two_domains[] = {{"Acme.example", DomainState::verified},
                                      {"acme.test", DomainState::pending}};

struct World : Host {
  OrganizationId acme = make_id<OrganizationId>("org_1");
  UserId ada = make_id<UserId>("user_1");

  CreateOrganization full_organization() const {
    CreateOrganization command{"Acme", acme, 7};
    command.external_id = "ext";
    command.metadata = two_pairs;
    command.domains = two_domains;
    command.stripe_customer_id = "cus";
    return command;
  }
  CreateUser full_user() const {
    CreateUser command;
    command.id = ada;
    command.email = "Ada@Example.org";
    command.email_verified = true;
    command.first_name = "Ada";
    command.last_name = "Lovelace";
    command.name = "Ada L.";
    command.external_id = "ext";
    command.metadata = two_pairs;
    command.locale = "en";
    return command;
  }
  void fill() {
    done(full_organization());
    done(full_user());
  }
  /// Calls `look` with the profile of the organization or the user.
  template <class Look>
  void with_profile(const OrganizationId& id, Look&& look) const {
    Reads reads;
    reads.organization = &id;
    reads.profiles = true;
    const auto seen = load(reads);
    BOOST_TEST_REQUIRE((seen.organization_profile != nullptr));
    look(*seen.organization_profile);
  }
  template <class Look>
  void with_profile(const UserId& id, Look&& look) const {
    Reads reads;
    reads.user = &id;
    reads.profiles = true;
    const auto seen = load(reads);
    BOOST_TEST_REQUIRE((seen.user_profile != nullptr));
    look(*seen.user_profile);
  }
  template <class I>
  std::string shown(const I& id) const {
    std::string text;
    with_profile(id, [&](const Profile& profile) { text = texts_of(profile); });
    return text;
  }
  static std::string texts_of(const Profile& profile) {
    std::string text;
    for (std::size_t i = 0; i < text_count; ++i) {
      const Text which = static_cast<Text>(i);
      if (profile.texts.has(which)) text += std::string(profile.texts[which]) + ' ';
    }
    text += '|';
    profile.metadata.for_each([&](std::string_view key, std::string_view value) {
      text += std::string(key) + '=' + std::string(value) + ' ';
    });
    text += '|';
    profile.domains.for_each([&](const OrganizationDomain& domain) {
      text += std::string(domain.domain) + ':' + std::string(to_string(domain.state)) + ' ';
    });
    return text;
  }
  /// The profile of the newest event, and what it shows to have been before.
  std::string newest_event() const {
    std::string text;
    Page<EventId> page;
    page.limit = 1;
    page.direction = Direction::descending;
    static_cast<void>(*store.list(*EventQuery::make(page), [&](const EventRow& row) {
      text = std::string(to_string(row.type)) + ": " + texts_of(row.profile);
      if (row.profile_before != nullptr) text += " before: " + texts_of(*row.profile_before);
      if (row.role_before != nullptr) text += " role before";
    }));
    return text;
  }
  template <class C>
  void changes_nothing(const C& command) {
    const std::string before = describe(store);
    BOOST_TEST(done(command).outcome() == Outcome::unchanged);
    BOOST_TEST(describe(store) == before);
  }
  /// Refused, and nothing changes.
  template <class C>
  void refuses(const C& command, const Error& expected) {
    const std::string before = describe(store);
    BOOST_TEST(refused(command) == expected);
    BOOST_TEST(describe(store) == before);
  }

  std::string organizations(const OrganizationFilter& filter, Page<OrganizationId> page = {}) {
    std::string text;
    const auto end = store.list(*OrganizationQuery::make(page, filter), [&](const auto& row) {
      text += std::string(row.state.id.view()) + ' ';
    });
    return text + ((*end).more ? "more" : "");
  }
  std::string users(const UserFilter& filter, Page<UserId> page = {}) {
    std::string text;
    const auto end = store.list(*UserQuery::make(page, filter), [&](const auto& row) {
      text += std::string(row.state.id.view()) + ' ';
    });
    return text + ((*end).more ? "more" : "");
  }
};

/// Commands made worse and worse: each refusal comes before those of the steps before it.
template <class C>
struct Step {
  std::function<void(C&)> change;
  Error expected;
};
template <class World, class C>
void refuses_in_order(World& world, C command, const std::vector<Step<C>>& steps) {
  for (const Step<C>& step : steps) {
    step.change(command);
    world.refuses(command, step.expected);
  }
}

}  // namespace profiles

BOOST_FIXTURE_TEST_SUITE(profiles, profiles::World)

BOOST_AUTO_TEST_CASE(created_organization) {
  const auto receipt = done(full_organization());
  BOOST_TEST(shown(acme) ==
             "Acme ext cus |tier=gold region=eu |Acme.example:verified acme.test:pending ");
  BOOST_TEST(newest_event() == "organization.created: Acme ext cus |tier=gold region=eu |"
                               "Acme.example:verified acme.test:pending ");
  with_profile(acme, [&](const Profile& profile) {
    BOOST_TEST(profile.created_at == runtime.clock.at);
    BOOST_TEST(profile.updated_at == runtime.clock.at);
    unsigned place = 0;
    profile.domains.for_each([&](const OrganizationDomain& domain) {
      BOOST_TEST((domain.id.value == EventId::of(receipt.plan.id, place++).value));
      BOOST_TEST(domain.created_at == runtime.clock.at);
      BOOST_TEST(domain.updated_at == runtime.clock.at);
    });
    BOOST_TEST(place == 2u);
  });
  done(CreateOrganization{"Plain", make_id<OrganizationId>("org_2")});
  BOOST_TEST(shown(make_id<OrganizationId>("org_2")) == "Plain ||");
}

BOOST_AUTO_TEST_CASE(created_user) {
  done(full_user());
  BOOST_TEST(shown(ada) == "Ada L. Ada@Example.org Ada Lovelace ext en |tier=gold region=eu |");
  BOOST_TEST(newest_event() ==
             "user.created: Ada L. Ada@Example.org Ada Lovelace ext en |tier=gold region=eu |");
  // One thing is enough for a profile; nothing is not, nor a flag alone.
  const auto has_profile = [&](const std::function<void(CreateUser&)>& change) {
    CreateUser command;
    change(command);
    const UserId id = done(command).plan.user->after.id;
    Reads reads;
    reads.user = &id;
    reads.profiles = true;
    return load(reads).user_profile != nullptr;
  };
  BOOST_TEST(has_profile([](CreateUser& c) { c.name = "N"; }));
  BOOST_TEST(has_profile([](CreateUser& c) { c.locale = ""; }));
  BOOST_TEST(has_profile([](CreateUser& c) { c.external_id = "only"; }));
  BOOST_TEST(has_profile([](CreateUser& c) { c.metadata = two_pairs; }));
  BOOST_TEST(!has_profile([](CreateUser& c) { c.email_verified = true; }));
  BOOST_TEST(!has_profile([](CreateUser& c) { c.metadata = MetadataChange::clear(); }));
}

BOOST_AUTO_TEST_CASE(create_errors_of_organizations) {
  fill();
  static const DomainData taken[] = {{"free.example"}, {"ACME.test"}};
  static const DomainData malformed[] = {{"a.example"}, {"b.example"}, {"not one"}};
  static const DomainData twice[] = {{"a.example"}, {"b.example"}, {"A.EXAMPLE"}};
  static const DomainData many[17] = {};
  using Steps = std::vector<Step<CreateOrganization>>;
  refuses_in_order(
      *this, CreateOrganization{"Other"},
      Steps{
          {[](auto& c) { c.domains = taken; },
           an_error(ErrorCode::domain_already_exists, Field::domains, "ACME.test", 1)},
          {[](auto& c) { c.stripe_customer_id = "cus"; },
           an_error(ErrorCode::stripe_customer_id_already_used, Field::stripe_customer_id, "cus")},
          {[](auto& c) { c.external_id = "ext"; },
           an_error(ErrorCode::external_id_already_used, Field::external_id, "ext")},
          {[this](auto& c) { c.id = acme; },
           an_error(ErrorCode::id_already_used, Field::organization_id, "org_1")},
          {[](auto& c) { c.stripe_customer_id = "\xC3\xA9"; },
           an_error(ErrorCode::malformed, Field::stripe_customer_id, "\xC3\xA9")},
          {[](auto& c) { c.stripe_customer_id = long_text; },
           an_error(ErrorCode::too_long, Field::stripe_customer_id, long_text)},
          {[](auto& c) { c.stripe_customer_id = ""; },
           an_error(ErrorCode::empty, Field::stripe_customer_id)},
          {[](auto& c) { c.domains = twice; },
           an_error(ErrorCode::duplicate, Field::domains, "A.EXAMPLE", 2)},
          {[](auto& c) { c.domains = malformed; },
           an_error(ErrorCode::malformed, Field::domains, "not one", 2)},
          {[](auto& c) {
             c.domains = {many, 17};
           },
           an_error(ErrorCode::out_of_range, Field::domains)},
          {[](auto& c) { c.metadata = bad_pairs; },
           an_error(ErrorCode::invalid_metadata, Field::metadata)},
          {[](auto& c) { c.external_id = "a\xFF"; },
           an_error(ErrorCode::malformed, Field::external_id)},
          {[](auto& c) { c.external_id = long_text; },
           an_error(ErrorCode::too_long, Field::external_id, long_text)},
          {[](auto& c) { c.external_id = ""; }, an_error(ErrorCode::empty, Field::external_id)},
          {[](auto& c) { c.name = "\xFF"; }, an_error(ErrorCode::not_utf8, Field::name)},
          {[](auto& c) { c.name = ""; }, an_error(ErrorCode::empty, Field::name)},
      });
}

BOOST_AUTO_TEST_CASE(create_errors_of_users) {
  fill();
  using Steps = std::vector<Step<CreateUser>>;
  refuses_in_order(
      *this, CreateUser{},
      Steps{
          {[](auto& c) { c.email = "ADA@example.org"; },
           an_error(ErrorCode::email_not_available, Field::email, "ADA@example.org")},
          {[](auto& c) { c.external_id = "ext"; },
           an_error(ErrorCode::external_id_already_used, Field::external_id, "ext")},
          {[this](auto& c) { c.id = ada; },
           an_error(ErrorCode::id_already_used, Field::user_id, "user_1")},
          {[](auto& c) { c.locale = "\xFF"; }, an_error(ErrorCode::not_utf8, Field::locale)},
          {[](auto& c) { c.metadata = bad_pairs; },
           an_error(ErrorCode::invalid_metadata, Field::metadata)},
          {[](auto& c) { c.external_id = "\xC3\xA9"; },
           an_error(ErrorCode::malformed, Field::external_id, "\xC3\xA9")},
          {[](auto& c) { c.name = "\xFF"; }, an_error(ErrorCode::not_utf8, Field::name)},
          {[](auto& c) { c.last_name = "\xFF"; }, an_error(ErrorCode::not_utf8, Field::last_name)},
          {[](auto& c) { c.first_name = "\xFF"; },
           an_error(ErrorCode::not_utf8, Field::first_name)},
          {[](auto& c) { c.email = "ada"; }, an_error(ErrorCode::malformed, Field::email, "ada")},
      });
}

BOOST_AUTO_TEST_CASE(update_errors_of_organizations) {
  fill();
  const auto other = organization("org_2");
  static const DomainData taken[] = {{"ACME.test"}};
  static const DomainData malformed[] = {{"a..b"}};
  using Steps = std::vector<Step<UpdateOrganization>>;
  refuses_in_order(
      *this, UpdateOrganization{other},
      Steps{
          {[](auto& c) { c.domains = DomainsChange::replace(taken); },
           an_error(ErrorCode::domain_already_exists, Field::domains, "ACME.test")},
          {[](auto& c) { c.stripe_customer_id = TextChange::set("cus"); },
           an_error(ErrorCode::stripe_customer_id_already_used, Field::stripe_customer_id, "cus")},
          {[](auto& c) { c.external_id = TextChange::set("ext"); },
           an_error(ErrorCode::external_id_already_used, Field::external_id, "ext")},
          {[](auto& c) { c.organization = make_id<OrganizationId>("none"); },
           an_error(ErrorCode::entity_not_found, Field::organization_id, "none")},
          {[](auto& c) { c.stripe_customer_id = TextChange::set(""); },
           an_error(ErrorCode::empty, Field::stripe_customer_id)},
          {[](auto& c) { c.domains = DomainsChange::replace(malformed); },
           an_error(ErrorCode::malformed, Field::domains, "a..b")},
          {[](auto& c) { c.metadata = bad_pairs; },
           an_error(ErrorCode::invalid_metadata, Field::metadata)},
          {[](auto& c) { c.external_id = TextChange::set(long_text); },
           an_error(ErrorCode::too_long, Field::external_id, long_text)},
          {[](auto& c) { c.name = ""; }, an_error(ErrorCode::empty, Field::name)},
      });
  // The metadata that is there counts.
  std::vector<std::string> keys;
  for (int i = 0; i < 49; ++i) keys.push_back("key" + std::to_string(i));
  std::vector<MetadataEntry> entries;
  for (const std::string& key : keys) entries.push_back({key, "v"});
  UpdateOrganization more{acme};
  more.metadata = MetadataChange::merge(entries);
  refuses(more, an_error(ErrorCode::invalid_metadata, Field::metadata));
  more.metadata = MetadataChange::merge(std::span(entries).first(48));
  done(more);
  more.metadata = MetadataChange::merge(std::span(entries).subspan(48, 1));
  refuses(more, an_error(ErrorCode::invalid_metadata, Field::metadata));
  const MetadataEntry swapped[] = {{"tier", std::nullopt}, {"key48", "v"}};
  more.metadata = MetadataChange::merge(swapped);
  done(more);
}

BOOST_AUTO_TEST_CASE(update_errors_of_users) {
  fill();
  const auto other = user("user_2");
  using Steps = std::vector<Step<UpdateUser>>;
  refuses_in_order(*this, UpdateUser{other},
                   Steps{
                       {[](auto& c) { c.email = "ADA@example.org"; },
                        an_error(ErrorCode::email_not_available, Field::email, "ADA@example.org")},
                       {[](auto& c) { c.external_id = TextChange::set("ext"); },
                        an_error(ErrorCode::external_id_already_used, Field::external_id, "ext")},
                       {[](auto& c) { c.user = make_id<UserId>("none"); },
                        an_error(ErrorCode::entity_not_found, Field::user_id, "none")},
                       {[](auto& c) { c.locale = TextChange::set("\xFF"); },
                        an_error(ErrorCode::not_utf8, Field::locale)},
                       {[](auto& c) { c.metadata = bad_pairs; },
                        an_error(ErrorCode::invalid_metadata, Field::metadata)},
                       {[](auto& c) { c.external_id = TextChange::set(""); },
                        an_error(ErrorCode::empty, Field::external_id)},
                       {[](auto& c) { c.name = TextChange::set("\xFF"); },
                        an_error(ErrorCode::not_utf8, Field::name)},
                       {[](auto& c) { c.last_name = TextChange::set("\xFF"); },
                        an_error(ErrorCode::not_utf8, Field::last_name)},
                       {[](auto& c) { c.first_name = TextChange::set("\xFF"); },
                        an_error(ErrorCode::not_utf8, Field::first_name)},
                       {[](auto& c) { c.email = "a b@c"; },
                        an_error(ErrorCode::malformed, Field::email, "a b@c")},
                   });
}

BOOST_AUTO_TEST_CASE(update_of_organizations) {
  fill();
  const auto made = load_pair(ada, acme).organization->revision;
  runtime.clock.at = Time::from_milliseconds(5'000);
  UpdateOrganization command{acme};
  command.name = "Acme 2";
  const auto renamed = done(command);
  BOOST_TEST(renamed.outcome() == Outcome::updated);
  BOOST_TEST(shown(acme) ==
             "Acme 2 ext cus |tier=gold region=eu |Acme.example:verified acme.test:pending ");
  BOOST_TEST(state(acme).revision == made + 1);
  BOOST_TEST(*state(acme).seat_limit == 7u);
  with_profile(acme, [&](const Profile& profile) {
    BOOST_TEST(profile.created_at == Time::from_milliseconds(1'000));
    BOOST_TEST(profile.updated_at == Time::from_milliseconds(5'000));
  });

  runtime.clock.at = Time::from_milliseconds(6'000);
  const MetadataEntry entries[] = {{"tier", std::nullopt}, {"zone", "1"}};
  const DomainData domains[] = {{"new.example"}, {"ACME.TEST", DomainState::verified}};
  command = UpdateOrganization{acme};
  command.external_id = TextChange::clear();
  command.metadata = MetadataChange::merge(entries);
  command.domains = DomainsChange::replace(domains);
  command.stripe_customer_id = TextChange::set(longest_text);
  const auto changed = done(command);
  BOOST_TEST(shown(acme) == "Acme 2 " + longest_text +
                                " |region=eu zone=1 |new.example:pending acme.test:verified ");
  with_profile(acme, [&](const Profile& profile) {
    std::vector<OrganizationDomain> rows;
    profile.domains.for_each([&](const OrganizationDomain& row) { rows.push_back(row); });
    BOOST_TEST_REQUIRE(rows.size() == 2u);
    BOOST_TEST((rows[0].id.value == EventId::of(changed.plan.id, 0).value));
    BOOST_TEST(rows[0].created_at == Time::from_milliseconds(6'000));
    BOOST_TEST(rows[1].created_at == Time::from_milliseconds(1'000));
    BOOST_TEST(rows[1].updated_at == Time::from_milliseconds(6'000));
    BOOST_TEST(rows[1].id.value.low % 16 == 1u);  // the second of the plan that made it
  });
  command = UpdateOrganization{acme};
  command.metadata = MetadataChange::clear();
  command.domains = DomainsChange::replace({});
  done(command);
  BOOST_TEST(shown(acme) == "Acme 2 " + longest_text + " ||");
}

BOOST_AUTO_TEST_CASE(update_of_users) {
  fill();
  runtime.clock.at = Time::from_milliseconds(5'000);
  UpdateUser command{ada};
  command.first_name = TextChange::clear();
  command.name = TextChange::set("A");
  command.locale = TextChange::set("fr");
  command.external_id = TextChange::set("other");
  const MetadataEntry entries[] = {{"region", "us"}};
  command.metadata = MetadataChange::merge(entries);
  const auto receipt = done(command);
  BOOST_TEST(receipt.plan.user->after.revision == 2u);
  BOOST_TEST(shown(ada) == "A Ada@Example.org Lovelace other fr |tier=gold region=us |");
  with_profile(ada, [](const Profile& profile) {
    BOOST_TEST(profile.email_verified);
    BOOST_TEST(profile.created_at == Time::from_milliseconds(1'000));
    BOOST_TEST(profile.updated_at == Time::from_milliseconds(5'000));
  });
}

BOOST_AUTO_TEST_CASE(no_difference) {
  fill();
  runtime.clock.at = Time::from_milliseconds(5'000);
  changes_nothing(UpdateOrganization{acme});
  UpdateOrganization organization{acme};
  organization.name = "Acme";
  organization.external_id = TextChange::set("ext");
  organization.metadata = two_pairs;
  organization.domains = DomainsChange::replace(two_domains);
  organization.stripe_customer_id = TextChange::set("cus");
  changes_nothing(organization);
  changes_nothing(UpdateUser{ada});
  UpdateUser user{ada};
  user.email = "Ada@Example.org";
  user.email_verified = true;
  user.first_name = TextChange::set("Ada");
  user.external_id = TextChange::set("ext");
  user.metadata = two_pairs;
  changes_nothing(user);
}

BOOST_AUTO_TEST_CASE(former_values) {
  fill();
  const std::string organization_before = shown(acme);
  UpdateOrganization organization{acme, "B"};
  organization.metadata = MetadataChange::clear();
  organization.domains = DomainsChange::replace({});
  done(organization);
  BOOST_TEST(newest_event() == "organization.updated: B ext cus || before: " + organization_before);
  const std::string user_before = shown(ada);
  UpdateUser user{ada};
  user.email = "new@example.org";
  user.metadata = MetadataChange::clear();
  done(user);
  BOOST_TEST(newest_event() ==
             "user.updated: Ada L. new@example.org Ada Lovelace ext en || before: " + user_before);
  // Deleted: the last state, and nothing before.
  BOOST_TEST_REQUIRE(delete_user(store, policy, ada, runtime).has_value());
  BOOST_TEST(newest_event() == "user.deleted: Ada L. new@example.org Ada Lovelace ext en ||");
  BOOST_TEST_REQUIRE(delete_organization(store, policy, acme, runtime).has_value());
  BOOST_TEST(newest_event() == "organization.deleted: B ext cus ||");
}

BOOST_AUTO_TEST_CASE(former_values_of_roles) {
  role("admin");
  BOOST_TEST(newest_event() == "role.created: admin organization ||");
  done(CreatePermission{"read", "Read"});
  BOOST_TEST(newest_event() == "permission.created: Read organization ||");
  done(UpdateRole{"admin", "Admin"});
  BOOST_TEST(newest_event() == "role.updated: Admin organization || before: admin organization ||");
  done(UpdatePermission{"read", "Reads"});
  BOOST_TEST(newest_event() ==
             "permission.updated: Reads organization || before: Read organization ||");
  done(AddRolePermission{"admin", "read"});
  BOOST_TEST(newest_event() ==
             "role.updated: Admin organization || before: Admin organization || role before");
  Page<EventId> page;
  page.limit = 1;
  page.direction = Direction::descending;
  static_cast<void>(*store.list(*EventQuery::make(page), [&](const EventRow& row) {
    BOOST_TEST_REQUIRE((row.role_before != nullptr));
    BOOST_TEST(!row.role_before->permissions.contains(0));
    BOOST_TEST(row.role->permissions.contains(0));
  }));
  fill();
  organization_role(acme, "org-lead");
  done(UpdateRole{"org-lead", "Lead", TextChange::keep(), acme});
  BOOST_TEST(newest_event() ==
             "organization_role.updated: Lead organization || before: org-lead organization ||");
}

BOOST_AUTO_TEST_CASE(addresses) {
  fill();
  const auto verified = [&] {
    bool is = false;
    with_profile(ada, [&](const Profile& profile) { is = profile.email_verified; });
    return is;
  };
  const auto change = [&](std::string_view email, std::optional<bool> given) {
    UpdateUser command{ada};
    command.email = email;
    command.email_verified = given;
    done(command);
    return verified();
  };
  BOOST_TEST(change("ADA@example.org", std::nullopt));  // the same, in another case
  BOOST_TEST(shown(ada).find("ADA@example.org") != std::string::npos);
  BOOST_TEST(!change("new@example.org", std::nullopt));
  BOOST_TEST(change("newer@example.org", true));
  UpdateUser flag{ada};
  flag.email_verified = false;
  BOOST_TEST(done(flag).outcome() == Outcome::updated);
  BOOST_TEST(!verified());

  // The one before is free, the new one is not, in whatever case.
  CreateUser other;
  other.email = "NEWER@example.org";
  BOOST_TEST((refused(other).code == ErrorCode::email_not_available));
  other.email = "ada@EXAMPLE.org";
  const UserId bob = done(other).plan.user->after.id;
  UpdateUser swap{bob};
  swap.email = "Newer@example.org";
  refuses(swap, an_error(ErrorCode::email_not_available, Field::email, "Newer@example.org"));
}

BOOST_AUTO_TEST_CASE(user_without_profile) {
  const auto plain = user("plain");
  UpdateUser command{plain};
  changes_nothing(command);
  command.first_name = TextChange::clear();
  command.metadata = MetadataChange::clear();
  changes_nothing(command);
  runtime.clock.at = Time::from_milliseconds(5'000);
  command.email = "plain@x";
  done(command);
  BOOST_TEST(newest_event() == "user.updated: plain@x ||");
  with_profile(plain, [](const Profile& profile) {
    BOOST_TEST(!profile.email_verified);
    BOOST_TEST(profile.created_at == Time::from_milliseconds(5'000));
    BOOST_TEST(profile.updated_at == Time::from_milliseconds(5'000));
  });
  UserFilter filter;
  filter.email = *EmailKey::make("PLAIN@x");
  BOOST_TEST(users(filter) == "plain ");
}

BOOST_AUTO_TEST_CASE(claims_freed_by_updates) {
  fill();
  CreateOrganization next = full_organization();
  next.id = make_id<OrganizationId>("org_2");
  UpdateOrganization release{acme};
  release.external_id = TextChange::set("another");
  done(release);
  BOOST_TEST((refused(next).code == ErrorCode::stripe_customer_id_already_used));
  release.stripe_customer_id = TextChange::clear();
  done(release);
  refuses(next, an_error(ErrorCode::domain_already_exists, Field::domains, "Acme.example"));
  release.domains = DomainsChange::replace({two_domains, 1});
  done(release);
  refuses(next, an_error(ErrorCode::domain_already_exists, Field::domains, "Acme.example"));
  release.domains = DomainsChange::replace({two_domains + 1, 1});
  done(release);
  refuses(next, an_error(ErrorCode::domain_already_exists, Field::domains, "acme.test", 1));
  release.domains = DomainsChange::replace({});
  done(release);
  done(next);
  release.external_id = TextChange::set("ext");
  refuses(release, an_error(ErrorCode::external_id_already_used, Field::external_id, "ext"));

  CreateUser user = full_user();
  user.id = make_id<UserId>("user_2");
  user.email = "other@x";
  UpdateUser clear{ada};
  clear.external_id = TextChange::clear();
  BOOST_TEST((refused(user).code == ErrorCode::external_id_already_used));
  done(clear);
  done(user);
  // Users and organizations have their own, and its case counts.
  clear.external_id = TextChange::set("another");
  done(clear);
  clear.external_id = TextChange::set("EXT");
  done(clear);
}

BOOST_AUTO_TEST_CASE(claims_freed_by_deletions) {
  fill();
  BOOST_TEST_REQUIRE(delete_organization(store, policy, acme, runtime).has_value());
  BOOST_TEST_REQUIRE(delete_user(store, policy, ada, runtime).has_value());
  fill();
  BOOST_TEST(organizations({"ext"}) == "org_1 ");
  UserFilter filter;
  filter.external_id = "ext";
  BOOST_TEST(users(filter) == "user_1 ");
}

BOOST_AUTO_TEST_CASE(under_deletion) {
  fill();
  done(MarkOrganizationDeleted{acme});
  done(MarkUserDeleted{ada});
  refuses(UpdateOrganization{acme, "B"},
          an_error(ErrorCode::entity_not_found, Field::organization_id, "org_1"));
  refuses(SetSeatLimit{acme, 1},
          an_error(ErrorCode::entity_not_found, Field::organization_id, "org_1"));
  UpdateUser command{ada};
  command.name = TextChange::set("B");
  refuses(command, an_error(ErrorCode::entity_not_found, Field::user_id, "user_1"));
  // What they claim stays theirs until the end.
  CreateUser same = full_user();
  same.id = make_id<UserId>("user_2");
  BOOST_TEST((refused(same).code == ErrorCode::external_id_already_used));
}

BOOST_AUTO_TEST_CASE(seats) {
  BasicHost<TestStore, MembershipPolicy<SeatLimit>> host;
  const auto home = host.organization("org_1");
  const std::size_t events = count_events(host.store);
  BOOST_TEST((host.refused(SetSeatLimit{make_id<OrganizationId>("none"), 1}) ==
              an_error(ErrorCode::entity_not_found, Field::organization_id, "none")));
  BOOST_TEST(host.done(SetSeatLimit{home}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.done(SetSeatLimit{home, most_seats}).outcome() == Outcome::updated);
  BOOST_TEST(host.done(SetSeatLimit{home}).outcome() == Outcome::updated);
  const Error too_many = an_error(ErrorCode::out_of_range, Field::seat_limit);
  BOOST_TEST((host.refused(SetSeatLimit{home, most_seats + 1}) == too_many));
  BOOST_TEST((host.refused(SetSeatLimit{home, static_cast<std::uint64_t>(-1)}) == too_many));
  CreateOrganization boundless{"Boundless"};
  boundless.seat_limit = most_seats + 1;
  BOOST_TEST((host.refused(boundless) == too_many));
  BOOST_TEST(host.done(SetSeatLimit{home, 2}).outcome() == Outcome::updated);
  BOOST_TEST(host.done(SetSeatLimit{home, 2}).outcome() == Outcome::unchanged);
  BOOST_TEST(*host.state(home).seat_limit == 2u);
  BOOST_TEST(count_events(host.store) == events);
  const auto one = host.join(host.user("user_1"), home);
  host.join(host.user("user_2"), home);
  const auto third = host.user("user_3");
  const auto full = [&] {
    const auto result = host.run(CreateMembership{third, home});
    return !result && result.error().error->code == ErrorCode::seat_limit_reached;
  };
  BOOST_TEST(full());
  host.done(SetSeatLimit{home, 0});  // fewer than are taken
  BOOST_TEST(*host.state(home).seat_limit == 0u);
  BOOST_TEST(host.state(home).counts.active == 2u);
  host.done(SetSeatLimit{home, 2});
  host.done(DeactivateMembership{one.id});
  host.done(SetSeatsCount{SeatsCount{false, true}});
  BOOST_TEST(full());
  BOOST_TEST(host.done(SetSeatsCount{SeatsCount{false, true}}).outcome() == Outcome::unchanged);
  BOOST_TEST(host.done(SetSeatsCount{}).outcome() == Outcome::updated);
  BOOST_TEST(!full());
  host.done(SetSeatLimit{home});
  BOOST_TEST(!host.state(home).seat_limit.has_value());
}

BOOST_AUTO_TEST_CASE(filters_of_organizations) {
  fill();
  static const DomainData zeta_domains[] = {{"zeta.example"}, {"zeta.test"}};
  CreateOrganization zeta{"The acME of Zeta", make_id<OrganizationId>("org_9")};
  zeta.domains = zeta_domains;
  done(zeta);
  organization("org_5");
  BOOST_TEST(organizations({}) == "org_1 org_5 org_9 ");
  BOOST_TEST(organizations({"ext"}) == "org_1 ");
  BOOST_TEST(organizations({"EXT"}) == "");
  BOOST_TEST(organizations({"cus"}) == "");  // another kind of claim
  BOOST_TEST(organizations({long_text}) == "");

  OrganizationFilter part;
  part.name_part = "aCm";
  BOOST_TEST(organizations(part) == "org_1 org_9 ");
  part.name_part = "f zETA";
  BOOST_TEST(organizations(part) == "org_9 ");
  part.name_part = "none";
  BOOST_TEST(organizations(part) == "");
  part.name_part = "";
  BOOST_TEST(organizations(part) == "org_1 org_5 org_9 ");

  const std::string_view several[] = {"zeta.test", "ACME.example", "ZETA.example", "none.example"};
  OrganizationFilter domains;
  domains.domains = several;
  BOOST_TEST(organizations(domains) == "org_1 org_9 ");
  domains.external_id = "ext";
  BOOST_TEST(organizations(domains) == "org_1 ");
  domains.domains = {several, 1};
  BOOST_TEST(organizations(domains) == "");
  domains.external_id.reset();
  BOOST_TEST(organizations(domains) == "org_9 ");
  domains.domains = several;
  domains.name_part = "zeta";
  BOOST_TEST(organizations(domains) == "org_9 ");
  domains.name_part.reset();

  Page<OrganizationId> page;
  page.limit = 1;
  BOOST_TEST(organizations(domains, page) == "org_1 more");
  part.name_part = "ACME";
  BOOST_TEST(organizations(part, page) == "org_1 more");
  page.after = make_id<OrganizationId>("org_1");
  BOOST_TEST(organizations(domains, page) == "org_9 ");
  BOOST_TEST(organizations(part, page) == "org_9 ");
  page.after.reset();
  page.direction = Direction::descending;
  BOOST_TEST(organizations(domains, page) == "org_9 more");
  BOOST_TEST(organizations(part, page) == "org_9 more");
  page.until = make_id<OrganizationId>("org_1");
  BOOST_TEST(organizations(domains, page) == "org_9 ");
  BOOST_TEST(organizations(part, page) == "org_9 ");

  OrganizationFilter marked;
  marked.marked = true;
  BOOST_TEST(organizations(marked) == "");
  done(MarkOrganizationDeleted{acme});
  BOOST_TEST(organizations(marked) == "org_1 ");
  domains.marked = true;
  BOOST_TEST(organizations(domains) == "org_1 ");
}

BOOST_AUTO_TEST_CASE(filters_of_organizations_with_a_retiring_role) {
  const auto other = organization("org_2");
  organization("org_3");
  organization_role(other, "org-lead");
  OrganizationFilter marked;
  marked.marked = true;
  BOOST_TEST(organizations(marked) == "");
  Reads reads;
  reads.organization = &other;
  reads.role = "org-lead";
  const auto seen = load(reads);
  Plan plan = empty_plan(*this);
  ++plan.organization
        .emplace(Precondition::set, EventType::none, seen.organization->revision,
                 *seen.organization)
        .after.revision;
  RoleState retiring = *seen.roles.at(seen.role_index);
  retiring.phase = Phase::retiring;
  plan.role.emplace(Precondition::set, EventType::none, seen.role->id, seen.role_index, retiring);
  must_commit(*this, plan);
  BOOST_TEST(organizations(marked) == "org_2 ");
}

BOOST_AUTO_TEST_CASE(filters_beyond_a_page_of_the_order) {
  // More organizations than are looked at at once, few of which fit.
  for (int i = 0; i < 2'500; ++i) {
    const std::string number = std::to_string(10'000 + i);
    const std::string name = i % 1'000 == 999 ? "Found " + number : "Other";
    done(CreateOrganization{name, make_id<OrganizationId>("org_" + number)});
  }
  OrganizationFilter part;
  part.name_part = "found";
  BOOST_TEST(organizations(part) == "org_10999 org_11999 ");
  Page<OrganizationId> page;
  page.limit = 1;
  BOOST_TEST(organizations(part, page) == "org_10999 more");
  page.limit = 2;
  page.direction = Direction::descending;
  BOOST_TEST(organizations(part, page) == "org_11999 org_10999 ");
}

BOOST_AUTO_TEST_CASE(filters_of_users) {
  fill();
  for (const std::string_view id : {"user_4", "user_3", "user_2"}) user(id);
  const auto join_all = [&](std::initializer_list<std::string_view> ids) {
    for (const std::string_view id : ids) join(make_id<UserId>(id), acme);
  };
  join_all({"user_4", "user_1", "user_3"});  // not in the order of their ids
  UserFilter of_acme;
  of_acme.organization = acme;
  BOOST_TEST(users({}) == "user_1 user_2 user_3 user_4 ");
  BOOST_TEST(users(of_acme) == "user_1 user_3 user_4 ");
  MembershipFilter membership_filter;
  membership_filter.user = make_id<UserId>("user_3");
  std::optional<MembershipId> third;
  static_cast<void>(
      *store.list(*MembershipQuery::make(membership_filter, {}),
                  [&](const MembershipRow& row) { third = row.membership.copy().id; }));
  done(DeactivateMembership{*third});
  BOOST_TEST(users(of_acme) == "user_1 user_3 user_4 ");  // of any status

  Page<UserId> page;
  page.limit = 2;
  BOOST_TEST(users(of_acme, page) == "user_1 user_3 more");
  page.after = make_id<UserId>("user_3");
  BOOST_TEST(users(of_acme, page) == "user_4 ");
  page.direction = Direction::descending;
  BOOST_TEST(users(of_acme, page) == "user_1 ");
  page.after.reset();
  page.until = make_id<UserId>("user_1");
  BOOST_TEST(users(of_acme, page) == "user_4 user_3 ");

  UserFilter filter;
  filter.external_id = "ext";
  BOOST_TEST(users(filter) == "user_1 ");
  filter.email = *EmailKey::make("ada@example.org");
  BOOST_TEST(users(filter) == "user_1 ");
  filter.organization = acme;
  BOOST_TEST(users(filter) == "user_1 ");
  filter.organization = organization("org_2");
  BOOST_TEST(users(filter) == "");
  filter.organization.reset();
  filter.email = *EmailKey::make("none@example.org");
  BOOST_TEST(users(filter) == "");
  CreateUser other;
  other.email = "none@example.org";
  done(other);
  BOOST_TEST(users(filter) == "");  // one has the address, another the external id
  filter.email.reset();
  filter.external_id = "none";
  BOOST_TEST(users(filter) == "");
  of_acme.organization = make_id<OrganizationId>("none");
  BOOST_TEST(users(of_acme) == "");

  UserFilter marked;
  marked.marked = true;
  BOOST_TEST(users(marked) == "");
  done(MarkUserDeleted{make_id<UserId>("user_3")});
  done(MarkUserDeleted{make_id<UserId>("user_2")});
  BOOST_TEST(users(marked) == "user_2 user_3 ");
  marked.organization = acme;
  BOOST_TEST(users(marked) == "user_3 ");
}

BOOST_AUTO_TEST_SUITE_END()
