// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_STRINGS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_STRINGS_HPP

#include "membership/testing/conformance/claims.hpp"
#include "membership/testing/conformance/lists.hpp"
#include "membership/testing/conformance/world.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

/// Texts that differ only in what a careless store loses: quotes, the signs of patterns, case,
/// blanks, the form of a letter, the last bytes of a long one.
inline std::vector<std::string> peculiar_texts(std::size_t longest) {
  std::vector<std::string> texts = {"axb",
                                    "a_b",
                                    "a%b",
                                    "a%",
                                    "%",
                                    "_",
                                    "a",
                                    "A",
                                    " a",
                                    "a ",
                                    "a'b",
                                    "a''b",
                                    "a\"b",
                                    "a`b",
                                    "a\\b",
                                    "a\\\\b",
                                    "a\nb",
                                    "a\tb",
                                    "$1",
                                    "?",
                                    ":a",
                                    "a;b",
                                    "a/*b",
                                    "--",
                                    "null",
                                    "0",
                                    "{a,b}",
                                    "\\x61",
                                    "\xc3\xa4",
                                    "a\xcc\x88",
                                    "\xf0\x9f\x98\x80"};
  for (const std::string_view last : {"a", "b", "A", "_", "'"}) {
    texts.push_back(std::string(longest - 1, 'x') + std::string(last));
    texts.push_back(std::string(longest - 2, 'x') + std::string(last));
  }
  return texts;
}

/// Ids are any text of up to 63 bytes, and told apart by their bytes.
struct PeculiarIds {
  static constexpr std::string_view name = "ids";
  static constexpr Needs needs{members, {}, false, true};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    std::vector<Triple<W>> made;
    for (const std::string& text : peculiar_texts(63)) {
      const auto triple =
          Triple<W>{W::UserId::from_stored(text), W::OrganizationId::from_stored(text),
                    W::MembershipId::from_stored(text)};
      if (triple.membership.view() != text || triple.user.view() != text ||
          triple.organization.view() != text) {
        continue;  // longer than the host's ids
      }
      absent(w, triple);
      w.make_user(triple.user);
      w.make_organization(triple.organization);
      auto plan = w.insertion(triple.user, triple.organization);
      plan.membership->after.id = triple.membership;
      w.must_commit(plan, "a membership with the id " + text_of(triple.membership));
      made.push_back(triple);
    }
    for (const Triple<W>& triple : made) {
      const auto member = w.kept(triple.membership);
      w.expect(member.id == triple.membership && member.user == triple.user &&
                   member.organization == triple.organization,
               "the membership " + text_of(triple.membership), text_of(member));
      w.same(member, w.kept_pair(triple.user, triple.organization), "a membership by its pair");
      w.expect(w.state(triple.organization).id == triple.organization,
               "the organization " + text_of(triple.organization), "another");
      if constexpr (W::has(Verb::list_memberships)) {
        ListMemberships<W> list;
        list.filter.user = triple.user;
        w.same_text(text_of(triple.membership) + ' ', text_of(list(w, w.store(), {}).ids),
                    "the memberships of the user " + text_of(triple.user));
      }
    }
    for (const Triple<W>& triple : made) w.done(BasicDeleteMembership<T>{triple.membership});
    if constexpr (W::keeps(Kind::invitation) && TextId<typename T::InvitationId>) invitations(w);
    if constexpr (W::keeps_roles && TextId<typename T::RoleId>) roles(w);
  }

 private:
  template <class W>
  struct Triple {
    typename W::UserId user;
    typename W::OrganizationId organization;
    typename W::MembershipId membership;
  };
  template <class W>
  static void invitations(W& w) {
    using T = typename W::T;
    using Id = typename T::InvitationId;
    std::vector<Id> ids;
    const auto seen_of = [&](const Id& id) {
      typename W::Reads reads;
      reads.invitation = &id;
      return w.load(reads);
    };
    for (const std::string& text : peculiar_texts(63)) {
      const auto id = Id::from_stored(text);
      if (id.view() != text) continue;
      w.expect(!seen_of(id).invitation, "no invitation " + text_of(id) + " yet", "one");
      const std::string email = "user" + std::to_string(ids.size()) + "@example.org";
      Decided sent(w, BasicSendInvitation<T>{email});
      sent.plan.invitation->after.id = id;
      w.must_commit(sent.plan, "an invitation with the id " + text_of(id));
      ids.push_back(id);
    }
    for (const Id& id : ids) {
      const auto seen = seen_of(id);
      w.expect(seen.invitation && seen.invitation->id == id, "the invitation " + text_of(id),
               text_of(seen.invitation));
    }
  }
  template <class W>
  static void roles(W& w) {
    using T = typename W::T;
    using Id = typename T::RoleId;
    std::vector<Id> ids;
    const auto slug_of = [](std::size_t number) { return "kit-" + std::to_string(number); };
    for (const std::string& text : peculiar_texts(63)) {
      const auto id = Id::from_stored(text);
      if (id.view() != text) continue;
      const std::string slug = slug_of(ids.size());
      Decided made(w, BasicCreateRole<T>{slug, slug});
      made.plan.role->id = id;
      w.must_commit(made.plan, "a role with the id " + text_of(id));
      ids.push_back(id);
    }
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::string slug = slug_of(i);
      typename W::Reads reads;
      reads.role = slug;
      const auto seen = w.load(reads);
      w.expect(seen.role != nullptr && seen.role->id == ids[i], "the role " + text_of(ids[i]),
               text_of(seen.role));
    }
  }
  template <class W>
  static void absent(W& w, const Triple<W>& triple) {
    w.expect(!w.member(triple.membership), "no membership " + text_of(triple.membership) + " yet",
             "one");
    const auto seen = w.load_pair(triple.user, triple.organization);
    w.expect(!seen.organization, "no organization " + text_of(triple.organization) + " yet",
             text_of(seen.organization));
    if constexpr (W::keeps(Kind::user)) {
      w.expect(!seen.user, "no user " + text_of(triple.user) + " yet", text_of(seen.user));
    }
  }
};

/// Texts of profiles and metadata come back as they were written, also those that are empty.
struct ProfileTexts {
  static constexpr std::string_view name = "profiles";
  static constexpr Needs needs{Kinds{Kind::environment, Kind::organization, Kind::user}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    std::vector<std::string> texts = peculiar_texts(600);
    texts.emplace_back();
    std::string accented;
    for (int i = 0; i < 600; ++i) accented += "\xc3\xa9";
    texts.push_back(accented);
    std::uint64_t number = 700;
    for (const std::string& text : texts) {
      const MetadataEntry entries[] = {{"key", text}, {"other key '%_\\\"", text}};
      auto command = user_with(w, ++number, {});
      command.first_name = text;
      command.locale = text;
      command.metadata = MetadataChange::merge(entries);
      if (number % 2 == 0) command.last_name = "";
      const auto user = w.done(command);
      user_profile(w, *command.id, user.plan.profile->after);
      if (text.empty()) continue;
      const auto id = w.template id_of<typename W::OrganizationId>(number);
      BasicCreateOrganization<T> organization{text, id};
      organization.metadata = MetadataChange::merge(entries);
      const auto made = w.done(organization);
      organization_profile(w, id, made.plan.profile->after);
    }
    changes(w, number);
    emails(w, number);
  }

 private:
  template <class W>
  static void user_profile(W& w, const typename W::UserId& id, const Profile& wanted) {
    typename W::Reads reads;
    reads.user = &id;
    reads.profiles = true;
    const auto seen = w.load(reads);
    w.same_text(text_of(wanted), text_of(seen.user_profile), "the profile of a user");
  }
  template <class W>
  static void organization_profile(W& w, const typename W::OrganizationId& id,
                                   const Profile& wanted) {
    typename W::Reads reads;
    reads.organization = &id;
    reads.profiles = true;
    const auto seen = w.load(reads);
    w.same_text(text_of(wanted), text_of(seen.organization_profile),
                "the profile of an organization");
  }
  /// What an update names changes, the rest stays; domains keep their ids.
  template <class W>
  static void changes(W& w, std::uint64_t& number) {
    using T = typename W::T;
    const auto id = w.template id_of<typename W::OrganizationId>(++number);
    const MetadataEntry entries[] = {{"stays", "1"}, {"goes", "2"}, {"changes", "3"}};
    const DomainData domains[] = {{"a.example", DomainState::verified}, {"b.example"}};
    BasicCreateOrganization<T> command{"Acme", id};
    command.metadata = MetadataChange::merge(entries);
    command.domains = domains;
    const auto made = w.done(command);
    organization_profile(w, id, made.plan.profile->after);
    w.actor.clock.advance(50);
    const MetadataEntry changed[] = {{"goes", {}}, {"changes", ""}, {"comes", "4"}};
    const DomainData replaced[] = {{"c.example"}, {"a.example", DomainState::failed}};
    BasicUpdateOrganization<T> update{id};
    update.metadata = MetadataChange::merge(changed);
    update.domains = DomainsChange::replace(replaced);
    const auto updated = w.done(update);
    organization_profile(w, id, updated.plan.profile->after);
    // What is inside the organization leaves its profile.
    w.done(BasicSetSeatLimit<T>{id, 70});
    organization_profile(w, id, updated.plan.profile->after);

    const auto user = w.done(user_with(w, ++number, {}));
    BasicUpdateUser<T> first{user.plan.user->after.id};
    first.first_name = TextChange::set("Ada");
    first.metadata = MetadataChange::merge(entries);
    const auto named = w.done(first);
    user_profile(w, first.user, named.plan.profile->after);
    first.first_name = TextChange::clear();
    first.metadata = MetadataChange::clear();
    const auto cleared = w.done(first);
    user_profile(w, first.user, cleared.plan.profile->after);
  }
  /// The signs of patterns in an address are letters like others.
  template <class W>
  static void emails(W& w, std::uint64_t& number) {
    for (const std::string_view email : {"o'hara_1@example.org", "o'haraX1@example.org",
                                         "%@example.org", "\"q\"@example.org", "\\@example.org"}) {
      typename W::Reads reads;
      reads.email = EmailKey::folded(email);
      w.expect(!w.load(reads).email_holder, "nobody who holds " + std::string(email) + " yet",
               "somebody");
      const auto command = user_with(w, ++number, email);
      w.done(command);
      const auto seen = w.load(reads);
      w.expect(seen.email_holder && *seen.email_holder == *command.id,
               "who holds " + std::string(email), text_of(seen.email_holder));
    }
  }
};

/// The filters of organizations and users by what they claim and are called.
struct ProfileFilters {
  static constexpr std::string_view name = "profile_filters";
  static constexpr Needs needs{
      Kinds{Kind::environment, Kind::organization, Kind::user, Kind::membership},
      Verbs{Verb::list_organizations, Verb::list_users}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    std::vector<typename W::OrganizationId> ids;
    const std::string_view names[] = {"Half 50% off", "Half 500 off", "under_score",
                                      "underXscore",  "back\\slash",  "O'Hara"};
    const std::string_view external_ids[] = {"a_1", "ax1", "A_1", "a%1", "b", "c"};
    const DomainData domains[] = {{"a.example"}, {"b.example"}, {"c.example"},
                                  {"d.example"}, {"e.example"}, {"f.example"}};
    for (std::size_t i = 0; i < 6; ++i) {
      ids.push_back(w.template id_of<typename W::OrganizationId>(700 + i));
      BasicCreateOrganization<T> command{names[i], ids.back()};
      command.external_id = external_ids[i];
      command.domains = {domains + i, 1};
      w.done(command);
    }
    ListOrganizations<W> list;
    const auto named = [&](std::string_view part, std::vector<typename W::OrganizationId> wanted) {
      list.filter.name_part = part;
      shows(w, list, wanted, "the organizations named with " + std::string(part));
    };
    named("50%", {ids[0]});
    named("HALF 50", {ids[0], ids[1]});
    named("r_s", {ids[2]});
    named("\\", {ids[4]});
    named("o'h", {ids[5]});
    named("nothing", {});
    list.filter = {};
    list.filter.external_id = "a_1";
    shows(w, list, {ids[0]}, "the organization of an external id");
    const std::string_view asked[] = {"C.example", "x.example", "a.example"};
    list.filter.domains = asked;
    shows(w, list, {ids[0]}, "the organization of an external id and a domain");
    list.filter.external_id.reset();
    shows(w, list, {ids[0], ids[2]}, "the organizations of some domains");
    users(w);
  }

 private:
  template <class W>
  static void users(W& w) {
    const auto organization = w.organization();
    std::vector<typename W::UserId> ids;
    const std::string_view emails[] = {"a_1@x.org", "ax1@x.org", "b@x.org"};
    const std::string_view external_ids[] = {"u_1", "ux1", "U_1"};
    for (std::size_t i = 0; i < 3; ++i) {
      const auto command = user_with(w, 700 + i, emails[i], external_ids[i]);
      w.done(command);
      ids.push_back(*command.id);
      if (i != 1) w.join(ids.back(), organization);
    }
    ListUsers<W> list;
    list.filter.email = EmailKey::folded("A_1@x.org");
    shows(w, list, {ids[0]}, "the user of an address");
    list.filter.organization = organization;
    shows(w, list, {ids[0]}, "the user of an address in an organization");
    list.filter.email = EmailKey::folded("ax1@x.org");
    shows(w, list, {}, "the user of an address in an organization of others");
    list.filter.email.reset();
    shows(w, list, {ids[0], ids[2]}, "the users in an organization");
    list.filter.organization.reset();
    list.filter.external_id = "u_1";
    shows(w, list, {ids[0]}, "the user of an external id");
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
