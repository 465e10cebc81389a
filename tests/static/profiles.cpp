// SPDX-License-Identifier: BSL-1.0

// Plan
//   Metadata: what is kept; a key set, changed, taken away, named twice; cleared; order -> metadata
//   Metadata: what makes a difference, and what does not                                -> changes
//   Metadata: each limit, met and exceeded                                              -> limits
//   OrganizationDomains: replaced: ids and times kept, order, what is added and removed -> domains
//   OrganizationDomains: what makes a difference                                        -> changes
//   same_domain, is_domain_name, external ids                                           -> texts
//   for_each_claim: what a plan lays and gives up, in their order                       -> claims
//   update commands decided: the profile and the former one, no difference              -> commands

#include "../support/world.hpp"
#include "membership/command/update_organization.hpp"
#include "membership/command/update_user.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace static_profiles {

using namespace membership_tests;

/// Texts after each other, to be compared.
struct Line {
  char text[1024]{};
  std::size_t size = 0;
  constexpr void add(std::string_view more) noexcept {
    for (const char c : more) text[size++] = c;
  }
  constexpr std::string_view view() const noexcept { return {text, size}; }
};

// --- metadata

constexpr MetadataPair kept_pairs[] = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
constexpr Metadata kept(kept_pairs, 3);

constexpr bool shows(const Metadata& metadata, std::string_view expected) noexcept {
  Line line;
  std::size_t count = 0;
  metadata.for_each([&](std::string_view key, std::string_view value) {
    line.add(key);
    line.add("=");
    line.add(value);
    line.add(" ");
    ++count;
  });
  return line.view() == expected && metadata.size() == count;
}
constexpr Metadata merged(const Metadata& metadata,
                          std::span<const MetadataEntry> entries) noexcept {
  return metadata.with(MetadataChange::merge(entries));
}

static_assert(shows(Metadata{}, "") && shows(kept, "a=1 b=2 c=3 "));
static_assert(shows(kept.with(MetadataChange::keep()), "a=1 b=2 c=3 "));
static_assert(shows(kept.with(MetadataChange::merge(std::span<const MetadataEntry>())),
                    "a=1 b=2 c=3 "));
static_assert(shows(kept.with(MetadataChange::clear()), ""));
constexpr MetadataEntry several[] = {{"z", "9"}, {"b", std::nullopt}, {"c", "4"}, {"y", "8"}};
static_assert(shows(merged(kept, several), "a=1 c=4 z=9 y=8 "), "kept first, then the new");
static_assert(shows(merged(Metadata{}, several), "z=9 c=4 y=8 "));
constexpr MetadataEntry twice[] = {{"b", "5"}, {"n", "5"}, {"b", "6"}, {"n", "7"}};
static_assert(shows(merged(kept, twice), "a=1 b=6 c=3 n=7 "), "the last counts");
constexpr MetadataEntry back_and_forth[] = {{"n", "5"}, {"b", "6"}, {"n", {}}, {"b", {}}};
static_assert(shows(merged(kept, back_and_forth), "a=1 c=3 "));
constexpr MetadataEntry empty_value[] = {{"a", ""}};
static_assert(shows(merged(kept, empty_value), "a= b=2 c=3 "), "an empty value is one");

// --- changes

constexpr MetadataEntry same[] = {{"a", "1"}, {"x", std::nullopt}};
constexpr MetadataEntry in_the_end_same[] = {{"a", "5"}, {"a", "1"}};
constexpr MetadataEntry gone_key[] = {{"a", std::nullopt}};
static_assert(!kept.changes() && !kept.with(MetadataChange::keep()).changes());
static_assert(!merged(kept, same).changes() && !merged(kept, in_the_end_same).changes());
static_assert(merged(kept, several).changes() && merged(kept, gone_key).changes());
static_assert(merged(kept, empty_value).changes());
static_assert(kept.with(MetadataChange::clear()).changes());
static_assert(!Metadata{}.with(MetadataChange::clear()).changes());

// --- limits

template <std::size_t Size>
struct Repeated {
  char text[Size]{};
  constexpr explicit Repeated(char c) noexcept {
    for (char& place : text) place = c;
  }
  constexpr operator std::string_view() const noexcept { return {text, Size}; }
};
/// "é", as often as asked for.
template <std::size_t Count>
struct Accents {
  char text[2 * Count]{};
  constexpr Accents() noexcept {
    for (std::size_t i = 0; i < Count; ++i) {
      text[2 * i] = '\xC3';
      text[2 * i + 1] = '\xA9';
    }
  }
  constexpr operator std::string_view() const noexcept { return {text, 2 * Count}; }
};
constexpr bool fits(std::string_view key, std::string_view value) noexcept {
  const MetadataEntry entry[] = {{key, value}};
  return merged(kept, entry).fits();
}
static_assert(fits("k", "") && !fits("", "v"));
static_assert(fits(Repeated<40>('k'), "v") && !fits(Repeated<41>('k'), "v"));
static_assert(fits("k", Repeated<600>('v')) && !fits("k", Repeated<601>('v')));
static_assert(fits(Accents<40>(), Accents<600>()), "characters, not bytes");
static_assert(!fits(Accents<41>(), "v") && !fits("k", Accents<601>()));
static_assert(!fits("\xFF", "v") && !fits("k", "\xFF"));
static_assert(!fits("a\0"sv, "v") && !fits("k", "\0"sv));

/// `count` keys that differ.
struct Numbered {
  char keys[51][2]{};
  MetadataEntry entries[51]{};
  constexpr Numbered() noexcept {
    for (std::size_t i = 0; i < 51; ++i) {
      keys[i][0] = static_cast<char>('A' + i / 10);
      keys[i][1] = static_cast<char>('0' + i % 10);
      entries[i] = MetadataEntry{{keys[i], 2}, "v"};
    }
  }
};
constexpr bool as_many_fit(const Metadata& metadata, std::size_t count) noexcept {
  const Numbered numbered;
  return metadata.with(MetadataChange::merge(std::span(numbered.entries).first(count))).fits();
}
static_assert(as_many_fit(Metadata{}, 50) && !as_many_fit(Metadata{}, 51));
static_assert(
    [] {
      MetadataEntry gone[Metadata::most_entries + 1];
      for (MetadataEntry& entry : gone) entry.key = "gone";
      const auto fit = [&](std::size_t count) {
        return kept.with(MetadataChange::merge(std::span(gone).first(count))).fits();
      };
      return fit(Metadata::most_entries) && !fit(Metadata::most_entries + 1);
    }(),
    "a change of any size would take its square to look at");
static_assert(as_many_fit(kept, 47) && !as_many_fit(kept, 48), "with those that are kept");

// --- domains

constexpr Ulid ulid(std::uint64_t low) noexcept { return {1, low}; }
constexpr OrganizationDomain kept_domains[] = {
    {{ulid(16)}, "one.example", DomainState::verified, at(100), at(200)},
    {{ulid(17)}, "Two.example", DomainState::pending, at(100), at(9'000)},
    {{ulid(32)}, "three.example", DomainState::failed, at(100), at(200)},
};
constexpr OrganizationDomains domains(kept_domains, 3);
constexpr DomainData requested[] = {{"new.example", DomainState::verified},
                                    {"TWO.example", DomainState::verified},
                                    {"one.EXAMPLE", DomainState::verified},
                                    {"newer.example"}};
constexpr OrganizationDomains changed = domains.replaced(requested, 4, plan_id, at(2000));

struct List {
  OrganizationDomain at[16]{};
  std::size_t size = 0;
};
constexpr List list_of(const OrganizationDomains& shown) noexcept {
  List list;
  shown.for_each([&](const OrganizationDomain& domain) { list.at[list.size++] = domain; });
  return list;
}
constexpr bool same_row(const OrganizationDomain& a, const OrganizationDomain& b) noexcept {
  return a.id == b.id && a.domain == b.domain && a.state == b.state &&
         a.created_at == b.created_at && a.updated_at == b.updated_at;
}
constexpr List after_change = list_of(changed);
constexpr OrganizationDomainId minted(unsigned place) noexcept {
  return {EventId::of(plan_id, place).value};
}
static_assert(after_change.size == 4 && changed.size() == 4 && domains.size() == 3);
static_assert(same_row(after_change.at[0],
                       {minted(0), "new.example", DomainState::verified, at(2000), at(2000)}));
static_assert(same_row(after_change.at[1],
                       {{ulid(17)}, "Two.example", DomainState::verified, at(100), at(9'000)}),
              "keeps its id, its spelling and its first time; its last time never goes back");
static_assert(same_row(after_change.at[2], kept_domains[0]), "no difference: untouched");
static_assert(same_row(after_change.at[3],
                       {minted(3), "newer.example", DomainState::pending, at(2000), at(2000)}));
static_assert(list_of(domains).size == 3 && same_row(list_of(domains).at[2], kept_domains[2]));

template <bool Added>
constexpr bool differs_by(const OrganizationDomains& shown, std::string_view expected) noexcept {
  Line line;
  const auto visit = [&](std::string_view domain) {
    line.add(domain);
    line.add(" ");
  };
  if constexpr (Added) {
    shown.for_each_added(visit);
  } else {
    shown.for_each_removed(visit);
  }
  return line.view() == expected;
}
static_assert(differs_by<true>(changed, "new.example newer.example "));
static_assert(differs_by<false>(changed, "three.example "));
static_assert(differs_by<true>(domains, "") && differs_by<false>(domains, ""));
constexpr OrganizationDomains none_left = domains.replaced(nullptr, 0, plan_id, at(2000));
static_assert(none_left.size() == 0 && list_of(none_left).size == 0);
static_assert(differs_by<true>(none_left, "") &&
              differs_by<false>(none_left, "one.example Two.example three.example "));

constexpr DomainData as_they_are[] = {{"ONE.example", DomainState::verified},
                                      {"two.example", DomainState::pending},
                                      {"three.example", DomainState::failed}};
constexpr DomainData other_order[] = {as_they_are[1], as_they_are[0], as_they_are[2]};
constexpr DomainData other_state[] = {
    as_they_are[0], as_they_are[1], {"three.example", DomainState::pending}};
constexpr bool differs(std::span<const DomainData> data) noexcept {
  return domains.replaced(data.data(), data.size(), plan_id, at(2000)).changes();
}
static_assert(!domains.changes() && !differs(as_they_are));
static_assert(differs(other_order) && differs(other_state) && differs({as_they_are, 2}));
static_assert(changed.changes() && none_left.changes());
static_assert(!OrganizationDomains{}.replaced(nullptr, 0, plan_id, at(2000)).changes());

// --- texts

static_assert(same_domain("", "") && same_domain("aZ.b", "Az.B") && !same_domain("a", "ab"));
static_assert(!same_domain("@", "`") && !same_domain("[", "{"), "letters only");
static_assert(detail::is_domain_name("a") && detail::is_domain_name("A-1.b.example"));
static_assert(!detail::is_domain_name("") && !detail::is_domain_name(".a") &&
              !detail::is_domain_name("a.") && !detail::is_domain_name("a..b") &&
              !detail::is_domain_name("."));
static_assert(!detail::is_domain_name("a b") && !detail::is_domain_name("a_b") &&
              !detail::is_domain_name("\xC3\xA9") && !detail::is_domain_name("a\0"sv) &&
              !detail::is_domain_name(" a") && !detail::is_domain_name("a@b"));
static_assert(detail::is_domain_name(Repeated<253>('a')) &&
              !detail::is_domain_name(Repeated<254>('a')));

constexpr ErrorCode external_fault(std::string_view text) noexcept {
  return detail::check_external_id(TextChange::set(text), Field::external_id).code();
}
static_assert(external_fault("a") == ErrorCode{} && external_fault(" ~\x7F") == ErrorCode{});
static_assert(external_fault("") == ErrorCode::empty);
static_assert(external_fault(Repeated<128>('x')) == ErrorCode{});
static_assert(external_fault(Repeated<129>('x')) == ErrorCode::too_long);
static_assert(external_fault("\xC3\xA9") == ErrorCode::malformed);
static_assert(external_fault("a\0"sv) == ErrorCode::malformed);

// --- claims

constexpr bool claims(const Plan& plan, std::string_view expected) noexcept {
  Line line;
  for_each_claim(plan, [&](ClaimKind kind, Effect effect, const ClaimKey& key) {
    line.add(effect == Effect::erase ? "-" : "+");
    const char digit[] = {static_cast<char>('0' + static_cast<int>(kind))};
    line.add({digit, 1});
    line.add(key.view());
    line.add(" ");
  });
  return line.view() == expected;
}

constexpr Profile make_organization_profile() noexcept {
  Profile profile;
  profile.texts.set(Text::name, "Acme"sv);
  profile.texts.set(Text::external_id, "Ext"sv);
  profile.texts.set(Text::stripe_customer_id, "Cus"sv);
  profile.metadata = kept;
  profile.domains = domains;
  profile.created_at = at(100);
  profile.updated_at = at(9'000);
  return profile;
}
constexpr Profile organization_profile = make_organization_profile();
constexpr Profile make_user_profile() noexcept {
  Profile profile;
  profile.texts.set(Text::email, "Ada@x"sv);
  profile.texts.set(Text::external_id, "Ext"sv);
  profile.email_verified = true;
  profile.created_at = at(100);
  profile.updated_at = at(150);
  return profile;
}
constexpr Profile user_profile = make_user_profile();
constexpr Snapshot with_profiles() noexcept {
  Snapshot seen = make_world();
  seen.organization_profile = &organization_profile;
  seen.user_profile = &user_profile;
  return seen;
}
constexpr Snapshot shown = with_profiles();

constexpr UpdateOrganization update_organization() noexcept {
  UpdateOrganization command{organization_id};
  command.external_id = TextChange::set("Other");
  command.stripe_customer_id = TextChange::clear();
  command.domains = DomainsChange::replace(requested);
  return command;
}
static_assert(claims(plan_of(update_organization(), shown),
                     "-2Ext -4Cus -3three.example +2Other +3new.example +3newer.example "));
static_assert(claims(plan_of(UpdateOrganization{organization_id, "Name"}, shown), ""));
constexpr Snapshot marked_organization() noexcept {
  Snapshot seen = shown;
  seen.organization->phase = Phase::deleting;
  seen.organization->generation = 7;
  seen.organization->counts = Counts{};
  return seen;
}

constexpr UpdateUser update_user(std::string_view email) noexcept {
  UpdateUser command{user_id};
  command.email = email;
  return command;
}
static_assert(claims(plan_of(update_user("Bob@x"), shown), "-0ada@x +0bob@x "));
static_assert(claims(plan_of(update_user("ADA@x"), shown), ""), "the same address");

// --- commands

constexpr Plan organization_plan = plan_of(update_organization(), shown);
static_assert(organization_plan.outcome == Outcome::updated &&
              organization_plan.organization->event == EventType::organization_updated &&
              organization_plan.organization->after.revision == 8 &&
              organization_plan.organization->after.fenced_to == 3 && !organization_plan.touch);
static_assert(organization_plan.profile->before == &organization_profile &&
                  organization_plan.profile->after.texts[Text::name] == "Acme" &&
                  organization_plan.profile->after.created_at == at(100) &&
                  organization_plan.profile->after.updated_at == at(9'000),
              "updated_at never goes back");
static_assert(refusal(UpdateOrganization{organization_id, "Name"}, marked_organization()) ==
              error(ErrorCode::entity_not_found, Field::organization_id, "org_1"));

constexpr Plan user_plan = plan_of(update_user("Bob@x"), shown);
static_assert(user_plan.user->event == EventType::user_updated &&
              user_plan.user->after.revision == 6 && user_plan.user->expected == 5);
static_assert(!user_plan.profile->after.email_verified &&
              user_plan.profile->after.updated_at == at(2000) &&
              user_plan.profile->before == &user_profile);
static_assert(plan_of(update_user("ADA@x"), shown).profile->after.email_verified);
static_assert(plan_of(update_user("Ada@x"), shown).outcome == Outcome::unchanged);
static_assert(!plan_of(update_user("Ada@x"), shown).user);

}  // namespace static_profiles
