// SPDX-License-Identifier: BSL-1.0
// Plan: concern -> tests
//   organizations   -> 'organization ...'
//   users           -> 'user ...'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aMember, aPair, aPendingMember, aUser, anOrganization, changed, ids, invalid, notFound,
  organizations, plain, refused, unique, userManagement,
} from './shared.mjs';

const updateOrganization = (organization, options) =>
  organizations.updateOrganization({ organization, ...options });
const updateUser = (userId, options) => userManagement.updateUser({ userId, ...options });
const aDomain = () => `${unique('acme')}.example`;

// ---- organizations

test('organization create, get, delete', async () => {
  const domain = aDomain();
  const externalId = unique('ext/1 %2F');
  const made = await organizations.createOrganization({
    name: 'Acme Ümlaut', domainData: [{ domain, state: 'verified' }], externalId,
    metadata: { plan: 'gold' },
  });
  const { domains, ...rest } = plain(made, 'org');
  assert.deepEqual(rest, {
    object: 'organization', name: 'Acme Ümlaut', allowProfilesOutsideOrganization: false,
    externalId, metadata: { plan: 'gold' },
  });
  assert.equal(domains.length, 1);
  assert.deepEqual(plain(domains[0], 'org_domain'), {
    object: 'organization_domain', domain, organizationId: made.id, state: 'verified',
    verificationStrategy: 'manual',
  });
  assert.deepEqual(await organizations.getOrganization(made.id), made);
  assert.deepEqual(await organizations.getOrganizationByExternalId(externalId), made);
  assert.equal(await organizations.deleteOrganization(made.id), undefined);
  await notFound(organizations.getOrganization(made.id), 'Organization', made.id);
  await notFound(organizations.deleteOrganization(made.id), 'Organization', made.id);
  await notFound(organizations.getOrganizationByExternalId(externalId), 'Organization',
                 externalId);
});

test('organization update', async () => {
  const [one, two] = [aDomain(), aDomain()];
  const made = await anOrganization({
    domainData: [{ domain: one, state: 'pending' }], metadata: { a: '1', b: '2' },
  });
  const { id } = made;
  const named = await updateOrganization(id, { name: 'New', stripeCustomerId: 'cus_1' + id });
  changed(named, made, { name: 'New', stripeCustomerId: 'cus_1' + id });
  assert.deepEqual(await updateOrganization(id, {}), named);
  const partly = await updateOrganization(id, { metadata: { a: null, c: '3' } });
  assert.deepEqual(partly.metadata, { b: '2', c: '3' });
  assert.deepEqual((await updateOrganization(id, { metadata: {} })).metadata, {});
  const externalId = unique('ext');
  assert.equal((await updateOrganization(id, { externalId })).externalId, externalId);
  assert.equal((await updateOrganization(id, { externalId: null })).externalId, null);
  const domainsNow = (await updateOrganization(id, {
    domainData: [{ domain: two, state: 'verified' }, { domain: one, state: 'pending' }],
  })).domains;
  assert.deepEqual(domainsNow.map(({ domain, state }) => [domain, state]).sort(),
                   [[one, 'pending'], [two, 'verified']].sort());
  assert.equal(domainsNow.find(({ domain }) => domain === one).id, made.domains[0].id);
});

test('organization that cannot be', async () => {
  const domainData = [{ domain: aDomain(), state: 'verified' }];
  const externalId = unique('ext');
  const made = await anOrganization({ domainData, externalId });
  const { id } = await anOrganization();
  await invalid(organizations.createOrganization({}), 'name_string_required');
  await refused(anOrganization({ domainData }), 'ConflictException', 409, 'domain_already_exists',
                `An Organization with the domain ${domainData[0].domain} already exists.`);
  await refused(updateOrganization(id, { externalId }), 'GenericServerException', 400,
                'external_id_already_used', `The external id '${externalId}' is in use already.`);
  await refused(anOrganization({ metadata: { a: 'x'.repeat(601) } }), 'GenericServerException',
                400, 'invalid_metadata', 'The metadata is over a limit, or is not valid text.');
  await notFound(updateOrganization('org_none', { name: 'X' }), 'Organization', 'org_none');
  assert.deepEqual(await organizations.getOrganization(made.id), made);
});

test('organization list', async () => {
  const name = unique('Searched');
  const domains = [aDomain(), aDomain()];
  const made = [];
  for (const domain of domains) {
    made.push(await organizations.createOrganization({
      name, domainData: [{ domain, state: 'verified' }],
    }));
  }
  const listed = async (options) => (await organizations.listOrganizations(options)).data;
  assert.deepEqual(await listed({ domains }), [made[1], made[0]]);
  assert.deepEqual(await listed({ domains: [domains[0], 'none.example'] }), [made[0]]);
  assert.deepEqual(await listed({ search: name.toUpperCase(), order: 'asc' }), made);
  assert.deepEqual(await listed({ search: name, limit: 1, after: made[1].id }), [made[0]]);
  assert.deepEqual(await listed({ search: 'no such name' }), []);
  const all = await (await organizations.listOrganizations({ search: name })).autoPagination();
  assert.deepEqual(all, [made[1], made[0]]);
  await invalid(listed({ limit: 101 }), 'limit_invalid');
});

test('organization deleted takes its members along', async () => {
  const { invitation, organization, membership: pending, user } = await aPendingMember();
  await organizations.deleteOrganization(organization.id);
  await notFound(userManagement.getOrganizationMembership(pending.id), 'Organization Membership',
                 pending.id);
  await notFound(userManagement.getInvitation(invitation.id), 'Invitation', invitation.id);
  assert.equal((await userManagement.getUser(user.id)).email, user.email);
});

// ---- users

test('user create, get, delete', async () => {
  const email = `${unique('Ada')}@example.com`;
  const externalId = unique('ext?1');
  const made = await userManagement.createUser({
    email, firstName: 'Ada', lastName: 'Lovelace', name: 'Ada L.', emailVerified: true,
    externalId, metadata: { team: 'a' }, password: 'not kept', ipAddress: '10.0.0.1',
  });
  assert.deepEqual(plain(made, 'user'), {
    object: 'user', email, emailVerified: true, name: 'Ada L.', firstName: 'Ada',
    profilePictureUrl: null, lastName: 'Lovelace', lastSignInAt: null, locale: null, externalId,
    metadata: { team: 'a' },
  });
  assert.deepEqual(await userManagement.getUser(made.id), made);
  assert.deepEqual(await userManagement.getUserByExternalId(externalId), made);
  assert.equal(await userManagement.deleteUser(made.id), undefined);
  await notFound(userManagement.getUser(made.id), 'User', made.id);
  await notFound(userManagement.deleteUser(made.id), 'User', made.id);
  await notFound(userManagement.getUserByExternalId(externalId), 'User', externalId);
});

test('user update', async () => {
  const made = await aUser({ emailVerified: true, firstName: 'Ada' });
  const named = await updateUser(made.id, { lastName: 'L', locale: 'en-GB', metadata: { a: '1' } });
  changed(named, made, { lastName: 'L', locale: 'en-GB', metadata: { a: '1' } });
  assert.deepEqual(await updateUser(made.id, {}), named);
  const email = `${unique('new')}@example.com`;
  changed(await updateUser(made.id, { email }), named, { email, emailVerified: false });
});

test('user that cannot be', async () => {
  const [one, other] = [await aUser({ externalId: unique('ext') }), await aUser()];
  await invalid(userManagement.createUser({}), 'email_string_required');
  await invalid(userManagement.createUser({ email: 'a b@example.com' }), 'email_invalid');
  const error = await refused(aUser({ email: one.email.toUpperCase() }), 'BadRequestException', 400,
                              'user_creation_error', 'Could not create user.');
  assert.deepEqual(error.errors, [
    { code: 'email_not_available', message: 'This email is not available.' },
  ]);
  await refused(updateUser(other.id, { email: one.email }), 'GenericServerException', 400,
                'email_not_available', 'This email is not available.');
  await refused(aUser({ externalId: one.externalId }), 'GenericServerException', 400,
                'external_id_already_used',
                `The external id '${one.externalId}' is in use already.`);
  await notFound(updateUser('user_none', { firstName: 'X' }), 'User', 'user_none');
});

test('user list', async () => {
  const { userId, organizationId } = await aMember();
  const user = await userManagement.getUser(userId);
  const { id } = await aUser();
  await userManagement.createOrganizationMembership({ userId: id, organizationId });
  const listed = async (options) => ids((await userManagement.listUsers(options)).data);
  assert.deepEqual((await userManagement.listUsers({ email: user.email.toUpperCase() })).data,
                   [user]);
  assert.deepEqual(await listed({ organizationId }), [id, userId].sort().reverse());
  assert.deepEqual(await listed({ organizationId, order: 'asc', limit: 1 }),
                   [id, userId].sort().slice(0, 1));
  assert.deepEqual(await listed({ organizationId, email: user.email }), [userId]);
  assert.deepEqual(await listed({ email: 'nobody@example.com' }), []);
  await invalid(listed({ limit: 101 }), 'limit_invalid');
});

test('user deleted takes the memberships along', async () => {
  const pair = await aPair();
  const { id } = await userManagement.createOrganizationMembership(pair);
  await userManagement.deleteUser(pair.userId);
  await notFound(userManagement.getOrganizationMembership(id), 'Organization Membership', id);
  const { organizationId } = pair;
  assert.deepEqual((await userManagement.listOrganizationMemberships({ organizationId })).data, []);
});
