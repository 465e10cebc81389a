// SPDX-License-Identifier: BSL-1.0
// Plan: concern -> tests
//   send             -> 'send ...': the object, to members, to strangers, what is refused
//   find, list       -> 'find', 'list'
//   accept           -> 'accept ...': each standing of the invited, what is refused
//   revoke, resend   -> 'revoke', 'resend'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aMember, aPendingMember, aUser, anOrganization, changed, ids, invalid, notFound, plain, refused,
  unique, userManagement,
} from './shared.mjs';

const send = (options) => userManagement.sendInvitation(options);
const get = (id) => userManagement.getInvitation(id);
const accept = (id) => userManagement.acceptInvitation(id);
const revoke = (id) => userManagement.revokeInvitation(id);
const resend = (id, options) => userManagement.resendInvitation(id, options);
const anEmail = () => `${unique('Guest')}@example.com`;
const DAY = 24 * 3600 * 1000;

const refusedAs = (promise, code, message) =>
  refused(promise, 'GenericServerException', 400, code, message);
const membersOf = async (organizationId, ...statuses) => (await userManagement
  .listOrganizationMemberships({ organizationId, statuses })).data;
const membershipOf = async (email, organizationId, ...statuses) => {
  const users = (await userManagement.listUsers({ email })).data;
  assert.equal(users.length, 1);
  const found = (await membersOf(organizationId, ...statuses))
    .filter(({ userId }) => userId === users[0].id);
  assert.equal(found.length, 1);
  return { user: users[0], membership: found[0] };
};

// ---- send

test('send to a stranger', async () => {
  const [organization, inviter] = [await anOrganization(), await aUser()];
  const email = anEmail();
  const made = await send({
    email, organizationId: organization.id, roleSlug: 'admin', expiresInDays: 3,
    inviterUserId: inviter.id, locale: 'en',
  });
  const { expiresAt, token, acceptInvitationUrl, ...rest } = plain(made, 'invitation');
  assert.deepEqual(rest, {
    object: 'invitation', email, state: 'pending', acceptedAt: null, revokedAt: null,
    organizationId: organization.id, inviterUserId: inviter.id, acceptedUserId: null,
    roleSlug: 'admin',
  });
  assert.equal(Date.parse(expiresAt) - Date.parse(made.createdAt), 3 * DAY);
  assert.match(token, /^\S{20,}$/);
  assert.equal(acceptInvitationUrl, `http://localhost:3000/invitation?invitation_token=${token}`);
  assert.deepEqual((await userManagement.listUsers({ email })).data, []);
  assert.deepEqual(await membersOf(organization.id, 'active', 'pending'), []);
});

test('send to a user makes the membership', async () => {
  const { invitation, user, membership: pending } = await aPendingMember({ roleSlug: 'editor' });
  assert.equal(invitation.roleSlug, 'editor');
  assert.deepEqual([pending.userId, pending.status, pending.role],
                   [user.id, 'pending', { slug: 'editor' }]);
});

test('send without an organization', async () => {
  const email = anEmail();
  const made = await send({ email });
  assert.deepEqual([made.organizationId, made.roleSlug], [null, null]);
  await refusedAs(send({ email: email.toUpperCase() }), 'email_already_invited',
                  'This email has been invited already.');
  const user = await aUser();
  await refusedAs(send({ email: user.email }), 'user_already_exists',
                  'A user with this email exists already.');
});

test('send what cannot be', async () => {
  const member = await aMember();
  const { email } = await userManagement.getUser(member.userId);
  const { organizationId } = member;
  const fresh = { email: anEmail(), organizationId };
  await invalid(send({ organizationId }), 'email_string_required');
  await invalid(send({ email: 'nobody' }), 'email_invalid');
  await invalid(send({ ...fresh, organizationId: undefined, roleSlug: 'admin' }),
                'role_slug_invalid');
  await notFound(send({ ...fresh, organizationId: 'org_none' }), 'Organization', 'org_none');
  await notFound(send({ ...fresh, inviterUserId: 'user_none' }), 'User', 'user_none');
  await refusedAs(send({ ...fresh, expiresInDays: 0 }), 'expires_in_days_too_short',
                  'An invitation lasts at least 1 day.');
  await refusedAs(send({ ...fresh, expiresInDays: 31 }), 'expires_in_days_too_long',
                  'An invitation lasts at most 30 days.');
  await refusedAs(send({ ...fresh, roleSlug: 'boss' }), 'invalid_role',
                  "Role 'boss' is not a valid role.");
  await refusedAs(send({ email, organizationId }), 'user_already_organization_member',
                  'The user is a member of the organization already.');
  await send(fresh);
  await refusedAs(send(fresh), 'email_already_invited_to_organization',
                  'This email has been invited to the organization already.');
});

// ---- find, list

test('find', async () => {
  const made = await send({ email: anEmail(), organizationId: (await anOrganization()).id });
  assert.deepEqual(await get(made.id), made);
  assert.deepEqual(await userManagement.findInvitationByToken(made.token), made);
  await notFound(get('invitation_none'), 'Invitation', 'invitation_none');
  await notFound(userManagement.findInvitationByToken('none'), 'Invitation', 'none');
});

test('list', async () => {
  const [here, there] = [await anOrganization(), await anOrganization()];
  const email = anEmail();
  const made = [
    await send({ email, organizationId: here.id }),
    await send({ email: anEmail(), organizationId: here.id }),
    await send({ email, organizationId: there.id }),
  ];
  made[1] = await revoke(made[1].id);
  const listed = async (options) => (await userManagement.listInvitations(options)).data;
  assert.deepEqual(await listed({ organizationId: here.id }), [made[1], made[0]]);
  assert.deepEqual(await listed({ email: email.toUpperCase() }), [made[2], made[0]]);
  assert.deepEqual(await listed({ email, organizationId: there.id }), [made[2]]);
  assert.deepEqual(await listed({ organizationId: here.id, order: 'asc', limit: 1 }), [made[0]]);
  assert.deepEqual(await listed({ organizationId: here.id, after: made[1].id }), [made[0]]);
  const page = await userManagement.listInvitations({ organizationId: here.id, limit: 1 });
  assert.deepEqual([ids(page.data), page.listMetadata],
                   [[made[1].id], { before: null, after: made[1].id }]);
  await invalid(listed({ limit: 101 }), 'limit_invalid');
});

// ---- accept

test('accept as a stranger', async () => {
  const organization = await anOrganization();
  const made = await send({ email: anEmail(), organizationId: organization.id, roleSlug: 'admin' });
  const accepted = await accept(made.id);
  const { user, membership } = await membershipOf(made.email, organization.id, 'active');
  assert.equal(user.email, made.email);
  assert.deepEqual(membership.roles, [{ slug: 'admin' }]);
  changed(accepted, made, {
    state: 'accepted', acceptedAt: accepted.acceptedAt, acceptedUserId: user.id,
  });
  assert.ok(accepted.acceptedAt >= made.createdAt);
  assert.deepEqual(await get(made.id), accepted);
});

test('accept as a pending member', async () => {
  const { invitation, user, membership: pending } = await aPendingMember();
  await userManagement.updateOrganizationMembership(pending.id, { roleSlug: 'editor' });
  const accepted = await accept(invitation.id);
  assert.deepEqual([accepted.state, accepted.acceptedUserId, accepted.roleSlug],
                   ['accepted', user.id, 'editor']);
  changed(await userManagement.getOrganizationMembership(pending.id), pending,
          { status: 'active', role: { slug: 'editor' }, roles: [{ slug: 'editor' }] });
});

test('accept as an inactive member', async () => {
  const member = await aMember({ roleSlug: 'editor' });
  const { email } = await userManagement.getUser(member.userId);
  await userManagement.deactivateOrganizationMembership(member.id);
  const made = await send({ email, organizationId: member.organizationId, roleSlug: 'admin' });
  const before = await userManagement.getOrganizationMembership(member.id);
  assert.equal(before.status, 'inactive');
  await accept(made.id);
  changed(await userManagement.getOrganizationMembership(member.id), before,
          { status: 'active', role: { slug: 'admin' }, roles: [{ slug: 'admin' }] });
});

test('accept what cannot be', async () => {
  await notFound(accept('invitation_none'), 'Invitation', 'invitation_none');
  const { invitation } = await aPendingMember();
  await accept(invitation.id);
  await refusedAs(accept(invitation.id), 'invite_not_pending', 'Invite is not pending.');
  // Invited while inactive, and active again before the answer.
  const member = await aMember();
  await userManagement.deactivateOrganizationMembership(member.id);
  const { email } = await userManagement.getUser(member.userId);
  const made = await send({ email, organizationId: member.organizationId });
  await userManagement.reactivateOrganizationMembership(member.id);
  await refusedAs(accept(made.id), 'invalid_invite', 'The invited user is a member already.');
  assert.equal((await get(made.id)).state, 'pending');
});

// ---- revoke, resend

test('revoke', async () => {
  const { invitation, membership: pending } = await aPendingMember();
  const revoked = await revoke(invitation.id);
  changed(revoked, invitation, { state: 'revoked', revokedAt: revoked.revokedAt });
  assert.ok(revoked.revokedAt >= invitation.createdAt);
  await notFound(userManagement.getOrganizationMembership(pending.id), 'Organization Membership',
                 pending.id);
  for (const again of [revoke, accept]) {
    await refusedAs(again(invitation.id), 'invite_not_pending', 'Invite is not pending.');
  }
  await notFound(revoke('invitation_none'), 'Invitation', 'invitation_none');
});

test('revoke by deleting the pending membership', async () => {
  const { invitation, membership: pending } = await aPendingMember();
  await userManagement.deleteOrganizationMembership(pending.id);
  assert.equal((await get(invitation.id)).state, 'revoked');
});

test('resend', async () => {
  const { invitation } = await aPendingMember();
  const sent = await resend(invitation.id);
  changed(sent, invitation, { token: sent.token, acceptInvitationUrl: sent.acceptInvitationUrl });
  assert.notEqual(sent.token, invitation.token);
  assert.ok(sent.acceptInvitationUrl.endsWith(sent.token));
  await notFound(userManagement.findInvitationByToken(invitation.token), 'Invitation',
                 invitation.token);
  const again = await resend(invitation.id, { locale: 'de' });
  assert.deepEqual(await userManagement.findInvitationByToken(again.token), again);
  await accept(invitation.id);
  await refusedAs(resend(invitation.id), 'invite_accepted', 'Invite has already been accepted.');
  const other = await send({ email: anEmail() });
  await revoke(other.id);
  await refusedAs(resend(other.id), 'invite_revoked', 'Invite has been revoked.');
  await notFound(resend('invitation_none'), 'Invitation', 'invitation_none');
});
