// SPDX-License-Identifier: BSL-1.0
#ifndef MEMBERSHIP_TESTING_CONFORMANCE_INVITATIONS_HPP
#define MEMBERSHIP_TESTING_CONFORMANCE_INVITATIONS_HPP

#include "membership/testing/conformance/claims.hpp"
#include "membership/testing/conformance/lists.hpp"
#include "membership/testing/conformance/world.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace membership::inline v0 {
namespace testing {
namespace conformance {

inline constexpr Needs inviting{
    Kinds{Kind::organization, Kind::membership, Kind::user, Kind::invitation}};

/// At most one invitation of an address is open in each organization, and one without any.
struct OpenInvitations {
  static constexpr std::string_view name = "open_invitations";
  static constexpr Needs needs = inviting;

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    using Send = BasicSendInvitation<T>;
    const auto organization = w.organization();
    const auto role = w.role(0);
    Decided late(w, Send{"ADA@example.org", organization, role});
    const auto first = w.done(Send{"ada@example.org", organization, role});
    w.must_conflict(late.plan, "an invitation into an organization that has changed meanwhile");
    w.renew(late.plan);
    w.must_conflict(late.plan, "a second open invitation of an address in an organization");
    Decided same(w, Send{"eve@example.org", organization, role});
    same.plan.invitation->after.id = first.plan.invitation->after.id;
    w.must_conflict(same.plan, "an invitation under an id that another has");
    Decided token(w, Send{"eve@example.org", organization, role});
    token.plan.invitation->after.token = first.plan.invitation->after.token;
    w.must_conflict(token.plan, "an invitation with a token that another has");
    w.done(Send{"ada@example.org", w.organization(), role});

    const Decided alone(w, Send{"Ada@example.org"});
    const auto without = w.done(Send{"ada@example.org"});
    w.must_conflict(alone.plan, "a second open invitation of an address without organization");
    // Ended, the address is free.
    w.done(BasicRevokeInvitation<T>{first.plan.invitation->after.id});
    w.done(BasicRevokeInvitation<T>{without.plan.invitation->after.id});
    const Decided again(w, Send{"ada@example.org", organization, role});
    w.must_commit(again.plan, "an address whose invitation has ended to be invited again");
    const Decided once_more(w, Send{"ada@example.org"});
    w.must_commit(once_more.plan, "the same without organization");
    const Decided stale(w, BasicResendInvitation<T>{again.plan.invitation->after.id});
    w.done(BasicRevokeInvitation<T>{again.plan.invitation->after.id});
    auto renewed = stale.plan;
    w.renew(renewed);
    w.must_conflict(renewed, "a change of an invitation that has changed meanwhile");
  }
};

/// An invitation is found by its id, its token, its address and whom it is about.
struct InvitationLookups {
  static constexpr std::string_view name = "invitation_lookups";
  static constexpr Needs needs = inviting;

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    using Send = BasicSendInvitation<T>;
    const auto organization = w.organization();
    const auto member = user_with(w, 700, "ada@example.org");
    w.done(member);
    const auto sent = w.done(Send{"Ada@example.org", organization, w.role(0)});
    const auto state = sent.plan.invitation->after;
    w.expect(state.user == std::optional(*member.id), "an invitation about who has the address",
             text_of(state));
    const auto pending = w.kept_pair(*member.id, organization);
    w.expect(pending.status == Status::pending, "a pending membership", text_of(pending));
    found(w, by_id<W>(state.id), sent.plan, &pending);
    found(w, by_token<W>(state.token), sent.plan, &pending);
    typename W::Reads reads;
    reads.email = EmailKey::folded("ada@EXAMPLE.org");
    reads.organization = &organization;
    reads.open_invitation = true;
    found(w, reads, sent.plan, nullptr);
    typename W::Reads of_member;
    of_member.membership = &pending.id;
    of_member.member_invitation = true;
    found(w, of_member, sent.plan, &pending);
    of_member.member_invitation = false;
    w.expect(!w.load(of_member).invitation, "no invitation unasked for", "one");

    w.actor.clock.advance(60);
    const auto resent = w.done(BasicResendInvitation<T>{state.id});
    w.expect(!w.load(by_token<W>(state.token)).invitation,
             "no invitation by a token that counts no more", "one");
    found(w, by_token<W>(resent.plan.invitation->after.token), resent.plan, &pending);

    const auto accepted = w.done(BasicAcceptInvitation<T>{state.id});
    found(w, by_id<W>(state.id), accepted.plan, nullptr);
    w.expect(w.kept_pair(*member.id, organization).status == Status::active,
             "an active member after the acceptance", "another");
    reads.email = EmailKey::folded("ada@example.org");
    w.expect(!w.load(reads).invitation, "no open invitation after its end", "one");
    alone(w);
    erased(w, organization);
  }

 private:
  template <class W>
  static auto by_id(const typename W::T::InvitationId& id) {
    typename W::Reads reads;
    reads.invitation = &id;
    return reads;
  }
  template <class W>
  static auto by_token(const TokenDigest& token) {
    typename W::Reads reads;
    reads.token = &token;
    return reads;
  }

  /// That a load shows the invitation as a plan wrote it, with its profile and its organization,
  /// and where one is given, the membership.
  template <class W>
  static void found(W& w, const typename W::Reads& reads, const typename W::Plan& plan,
                    const typename W::Membership* member) {
    const auto seen = w.load(reads);
    w.expect(seen.invitation && *seen.invitation == plan.invitation->after,
             text_of(plan.invitation->after), text_of(seen.invitation));
    w.same_text(text_of(plan.profile->after), text_of(seen.invitation_profile),
                "the profile of an invitation");
    const auto& organization = plan.invitation->after.organization;
    w.expect(organization.has_value() == static_cast<bool>(seen.organization),
             "the organization of an invitation", text_of(seen.organization));
    if (member == nullptr) return;
    w.expect(seen.membership && seen.membership->id == member->id,
             "the membership of whom an invitation is about", text_of(seen.membership));
  }

  /// Without an organization; and about nobody yet, until somebody gets the address.
  template <class W>
  static void alone(W& w) {
    using T = typename W::T;
    const auto sent = w.done(BasicSendInvitation<T>{"eve@example.org"});
    const auto& state = sent.plan.invitation->after;
    found(w, by_id<W>(state.id), sent.plan, nullptr);
    found(w, by_token<W>(state.token), sent.plan, nullptr);
    typename W::Reads reads;
    reads.email = EmailKey::folded("eve@example.org");
    reads.open_invitation = true;
    found(w, reads, sent.plan, nullptr);
    w.expect(!w.load(by_id<W>(state.id)).user, "an invitation about nobody", "somebody");
    const auto eve = user_with(w, 701, "EVE@example.org");
    w.done(eve);
    const auto seen = w.load(by_id<W>(state.id));
    w.expect(seen.user && seen.user->id == *eve.id, "who has an invitation's address by now",
             text_of(seen.user));
    const auto unknown = w.template unknown<typename T::InvitationId>();
    w.expect(!w.load(by_id<W>(unknown)).invitation, "no invitation of an unknown id", "one");
  }

  /// One that is erased with its organization.
  template <class W>
  static void erased(W& w, const typename W::OrganizationId& organization) {
    using T = typename W::T;
    const auto sent = w.done(BasicSendInvitation<T>{"max@example.org", organization, w.role(0)});
    const auto id = sent.plan.invitation->after.id;
    const auto marked = w.done(BasicMarkOrganizationDeleted<T>{organization});
    const auto generation = marked.plan.organization->after.generation;
    w.done(BasicSweepOrganizationInvitation<T>{id, generation});
    w.expect(!w.load(by_id<W>(id)).invitation, "no invitation after an erase", "one");
    w.expect(!w.load(by_token<W>(sent.plan.invitation->after.token)).invitation,
             "no invitation by the token of an erased one", "one");
  }
};

/// The lists of invitations, and the roles that each would give now.
struct InvitationLists {
  static constexpr std::string_view name = "invitation_lists";
  static constexpr Needs needs{inviting.kinds, Verbs{Verb::list_invitations}};

  template <class W>
  static void run(W& w) {
    using T = typename W::T;
    using Id = typename T::InvitationId;
    using Send = BasicSendInvitation<T>;
    const auto organization = w.organization();
    const auto other = w.organization();
    const auto ada = user_with(w, 700, "ada@example.org");
    w.done(ada);
    const auto send = [&](const Send& command) {
      return w.done(command).plan.invitation->after.id;
    };
    const Id about_ada = send({"ada@example.org", organization, w.role(0)});
    const Id nobody = send({"eve@example.org", organization, w.role(1)});
    const Id elsewhere = send({"ada@example.org", other, w.role(0)});
    const Id alone = send({"eve@example.org"});
    const Id ended = send({"max@example.org", organization, w.role(0)});
    w.done(BasicRevokeInvitation<T>{ended});

    ListInvitations<W> list;
    shows(w, list, {about_ada, nobody, elsewhere, alone, ended}, "all invitations");
    list.filter.organization = organization;
    shows(w, list, {about_ada, nobody, ended}, "the invitations of an organization");
    list.filter.open = true;
    shows(w, list, {about_ada, nobody}, "the open invitations of an organization");
    list.filter.role = w.role_index(1);
    shows(w, list, {nobody}, "the open invitations that hold a role themselves");
    list.filter = {};
    list.filter.open = true;
    shows(w, list, {about_ada, nobody, elsewhere, alone}, "the open invitations");
    list.filter = {};
    list.filter.email = EmailKey::folded("ADA@example.org");
    shows(w, list, {about_ada, elsewhere}, "the invitations of an address");

    // The pending membership holds the roles while there is one.
    held(w, about_ada, RoleSet::of(w.role_index(0)), "of whoever is invited");
    const auto pending = w.kept_pair(*ada.id, organization);
    w.done(typename W::UpdateRoles{pending.id, RoleSelection::one(w.role(1))});
    held(w, about_ada, RoleSet::of(w.role_index(1)), "after a change of the pending membership");
    held(w, nobody, RoleSet::of(w.role_index(1)), "about nobody yet");
    held(w, ended, RoleSet{}, "that has ended");
    w.done(BasicRevokeInvitation<T>{about_ada});
    w.expect(!w.pair(*ada.id, organization), "no pending membership of a revoked invitation",
             "one");
    held(w, about_ada, RoleSet{}, "that is revoked");
  }

 private:
  template <class W, class Id>
  static void held(W& w, const Id& id, RoleSet wanted, std::string_view what) {
    RoleSet shown;
    bool there = false;
    w.must(w.store().list(*BasicInvitationQuery<typename W::T>::make({}),
                          [&](const auto& row) {
                            if (!(row.state.id == id)) return;
                            shown = row.held;
                            there = true;
                          }),
           "a list of invitations");
    w.expect(there, "an invitation in a list", "none");
    w.same(wanted, shown, "the roles of an invitation " + std::string(what));
  }
};

}  // namespace conformance
}  // namespace testing
}  // namespace membership::inline v0

#endif
