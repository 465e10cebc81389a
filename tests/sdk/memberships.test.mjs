// SPDX-License-Identifier: BSL-1.0
// Plan: concern -> tests
//   create                    -> 'create ...': roles, over each status, what is refused
//   get, update, delete       -> 'get', 'update ...', 'delete'
//   deactivate, reactivate    -> 'deactivate ...', 'reactivate ...'
//   list                      -> 'list ...': filters, order, cursors, all pages of more than 100
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aMember, aPair, aPendingMember, aUser, anOrganization, changed, ids, invalid, multipleRoles,
  notFound, organizations, plain, refused, slugs, userManagement,
} from './shared.mjs';

const create = (options) => userManagement.createOrganizationMembership(options);
const get = (id) => userManagement.getOrganizationMembership(id);
const update = (id, options) => userManagement.updateOrganizationMembership(id, options);
const list = (options) => userManagement.listOrganizationMemberships(options);

const badRequest = (promise, code, message) =>
  refused(promise, 'GenericServerException', 400, code, message);
const severalRefused = (promise) =>
  refused(promise, 'UnprocessableEntityException', 422, 'multiple_roles_not_enabled',
          'Several roles were given, but Multiple Roles is not enabled.');

// What a membership with these roles is for the client.
const membership = (pair, organizationName, ...roles) => ({
  object: 'organization_membership', ...pair, organizationName, status: 'active',
  directoryManaged: false, role: { slug: roles[0] }, roles: roles.map((slug) => ({ slug })),
  customAttributes: {},
});

// ---- create

test('create with the default role', async () => {
  const pair = await aPair();
  const { name } = await organizations.getOrganization(pair.organizationId);
  const made = await create(pair);
  assert.deepEqual(plain(made, 'om'), membership(pair, name, 'member'));
  assert.equal(made.createdAt, made.updatedAt);
});

test('create with one role', async () => {
  for (const role of [{ roleSlug: 'editor' }, { roleSlugs: ['editor'] },
                      { roleSlugs: ['editor', 'editor'] }]) {
    const pair = await aPair();
    const { name } = await organizations.getOrganization(pair.organizationId);
    assert.deepEqual(plain(await create({ ...pair, ...role }), 'om'),
                     membership(pair, name, 'editor'));
  }
});

test('create with several roles', async () => {
  const pair = await aPair();
  const { name } = await organizations.getOrganization(pair.organizationId);
  const call = create({ ...pair, roleSlugs: ['member', 'admin', 'editor'] });
  if (multipleRoles) {
    assert.deepEqual(plain(await call, 'om'), membership(pair, name, 'admin', 'editor', 'member'));
  } else {
    await severalRefused(call);
    assert.deepEqual((await list({ userId: pair.userId })).data, []);
  }
});

test('create with roles that cannot be', async () => {
  const pair = await aPair();
  await invalid(create({ ...pair, roleSlug: 'admin', roleSlugs: ['admin'] }),
                'role_slug_and_role_slugs_mutually_exclusive');
  await invalid(create({ ...pair, roleSlugs: [] }), 'role_slugs_array_required');
  await invalid(create({ ...pair, roleSlug: '' }), 'role_slug_string_required');
  for (const roles of [{ roleSlug: 'boss' }, { roleSlugs: ['admin', 'boss'] }]) {
    await refused(create({ ...pair, ...roles }), 'UnprocessableEntityException', 422,
                  'invalid_role', "Role 'boss' is not a valid role.");
  }
  const statuses = ['active', 'inactive', 'pending'];
  assert.deepEqual((await list({ userId: pair.userId, statuses })).data, []);
});

test('create without or with unknown ids', async () => {
  const pair = await aPair();
  await invalid(create({ organizationId: pair.organizationId }), 'user_id_string_required');
  await invalid(create({ userId: pair.userId }), 'organization_id_string_required');
  await notFound(create({ ...pair, userId: 'user_none' }), 'User', 'user_none');
  await notFound(create({ ...pair, organizationId: 'org_none' }), 'Organization', 'org_none');
});

test('create over an active one', async () => {
  const made = await aMember();
  const { userId, organizationId } = made;
  await refused(create({ userId, organizationId, roleSlug: 'admin' }), 'ConflictException', 409,
                'organization_membership_already_exists',
                `The user is an active member of the organization: '${made.id}'.`);
  assert.deepEqual(await get(made.id), made);
});

test('create over an inactive one', async () => {
  const made = await aMember({ roleSlug: 'editor' });
  const { id, userId, organizationId } = made;
  await userManagement.deactivateOrganizationMembership(id);
  const roles = (slug) => ({ role: { slug }, roles: [{ slug }] });
  changed(await create({ userId, organizationId, roleSlug: 'admin' }), made, roles('admin'));
  await userManagement.deactivateOrganizationMembership(id);
  changed(await create({ userId, organizationId }), made, roles('member'));
  await userManagement.deactivateOrganizationMembership(id);
  const several = create({ userId, organizationId, roleSlugs: ['member', 'editor'] });
  if (multipleRoles) {
    changed(await several, made, {
      role: { slug: 'editor' }, roles: [{ slug: 'editor' }, { slug: 'member' }],
    });
  } else {
    await severalRefused(several);
    changed(await get(id), made, { ...roles('member'), status: 'inactive' });
  }
});

test('create over a pending one', async () => {
  const { user, organization, membership: pending } = await aPendingMember();
  assert.equal(pending.status, 'pending');
  await badRequest(create({ userId: user.id, organizationId: organization.id }),
                   'cannot_reactivate_pending_organization_membership',
                   'A pending organization membership cannot be reactivated.');
  assert.deepEqual(await get(pending.id), pending);
});

// ---- get, update, delete

test('get', async () => {
  const made = await aMember({ roleSlug: 'admin' });
  assert.deepEqual(await get(made.id), made);
  for (const id of ['om_none', made.id.toLowerCase(), 'om/with a?slash#', 'ö%2F']) {
    await notFound(get(id), 'Organization Membership', id);
  }
});

test('update the roles', async () => {
  const made = await aMember();
  const roles = (slug) => ({ role: { slug }, roles: [{ slug }] });
  changed(await update(made.id, { roleSlug: 'admin' }), made, roles('admin'));
  changed(await update(made.id, { roleSlugs: ['editor'] }), made, roles('editor'));
  const before = await get(made.id);
  assert.deepEqual(await update(made.id, {}), before);
  assert.deepEqual(await update(made.id, { roleSlug: 'editor' }), before);
  const several = update(made.id, { roleSlugs: ['member', 'admin'] });
  if (multipleRoles) {
    changed(await several, made, {
      role: { slug: 'admin' }, roles: [{ slug: 'admin' }, { slug: 'member' }],
    });
  } else {
    await severalRefused(several);
    assert.deepEqual(await get(made.id), before);
  }
});

test('update an inactive and a pending one', async () => {
  const made = await aMember();
  await userManagement.deactivateOrganizationMembership(made.id);
  changed(await update(made.id, { roleSlug: 'admin' }), made,
          { status: 'inactive', role: { slug: 'admin' }, roles: [{ slug: 'admin' }] });
  const { invitation, membership: pending } = await aPendingMember();
  changed(await update(pending.id, { roleSlug: 'editor' }), pending,
          { role: { slug: 'editor' }, roles: [{ slug: 'editor' }] });
  assert.equal((await userManagement.getInvitation(invitation.id)).roleSlug, 'editor');
});

test('update what cannot be', async () => {
  const made = await aMember();
  await notFound(update('om_none', { roleSlug: 'admin' }), 'Organization Membership', 'om_none');
  await invalid(update(made.id, { roleSlug: 'admin', roleSlugs: ['admin'] }),
                'role_slug_and_role_slugs_mutually_exclusive');
  await refused(update(made.id, { roleSlug: 'boss' }), 'UnprocessableEntityException', 422,
                'invalid_role', "Role 'boss' is not a valid role.");
  assert.deepEqual(await get(made.id), made);
});

test('delete', async () => {
  const made = await aMember();
  const remove = () => userManagement.deleteOrganizationMembership(made.id);
  assert.equal(await remove(), undefined);
  await notFound(remove(), 'Organization Membership', made.id);
  await notFound(get(made.id), 'Organization Membership', made.id);
  const again = await create({ userId: made.userId, organizationId: made.organizationId });
  assert.notEqual(again.id, made.id);
  assert.equal(again.status, 'active');
});

// ---- deactivate, reactivate

test('deactivate and reactivate keep the roles', async () => {
  const made = await aMember({ roleSlug: 'editor' });
  const inactive = await userManagement.deactivateOrganizationMembership(made.id);
  changed(inactive, made, { status: 'inactive' });
  assert.deepEqual(await userManagement.deactivateOrganizationMembership(made.id), inactive);
  const active = await userManagement.reactivateOrganizationMembership(made.id);
  changed(active, inactive, { status: 'active' });
  assert.deepEqual(await userManagement.reactivateOrganizationMembership(made.id), active);
});

test('deactivate and reactivate what cannot be', async () => {
  const { membership: pending } = await aPendingMember();
  await badRequest(userManagement.deactivateOrganizationMembership(pending.id),
                   'cannot_deactivate_pending_organization_membership',
                   'A pending organization membership cannot be deactivated.');
  await badRequest(userManagement.reactivateOrganizationMembership(pending.id),
                   'cannot_reactivate_pending_organization_membership',
                   'A pending organization membership cannot be reactivated.');
  assert.deepEqual(await get(pending.id), pending);
  for (const verb of ['deactivate', 'reactivate']) {
    await notFound(userManagement[`${verb}OrganizationMembership`]('om_none'),
                   'Organization Membership', 'om_none');
  }
});

// ---- list

test('list by user, organization and both', async () => {
  const [one, other] = await Promise.all([aPair(), aPair()]);
  const made = [];
  for (const pair of [one, { ...one, userId: other.userId },
                      { ...one, organizationId: other.organizationId }]) {
    made.push(await create(pair));
  }
  const { userId, organizationId } = one;
  const listed = async (options) => {
    const page = await list(options);
    assert.deepEqual([page.object, page.listMetadata], ['list', { before: null, after: null }]);
    return page.data;
  };
  assert.deepEqual(await listed({ userId }), [made[2], made[0]]);
  assert.deepEqual(await listed({ organizationId }), [made[1], made[0]]);
  assert.deepEqual(await listed({ userId, organizationId }), [made[0]]);
  assert.deepEqual(await listed(other), []);
});

test('list by status', async () => {
  const { organization, membership: pending } = await aPendingMember();
  const organizationId = organization.id;
  const active = await create({ userId: (await aUser()).id, organizationId });
  const { id } = await create({ userId: (await aUser()).id, organizationId });
  const inactive = await userManagement.deactivateOrganizationMembership(id);
  const listed = async (...statuses) => (await list({ organizationId, statuses })).data;
  assert.deepEqual((await list({ organizationId })).data, [active]);
  assert.deepEqual(await listed('active'), [active]);
  assert.deepEqual(await listed('inactive'), [inactive]);
  assert.deepEqual(await listed('pending'), [pending]);
  assert.deepEqual(await listed('pending', 'inactive'), [inactive, pending]);
  assert.deepEqual(await listed('active', 'inactive', 'pending'), [inactive, active, pending]);
});

test('list what cannot be', async () => {
  const pair = await aPair();
  await badRequest(list({}), 'missing_user_id_or_organization_id',
                   'Either a user id or an organization id is required.');
  await notFound(list({ ...pair, userId: 'user_none' }), 'User', 'user_none');
  await notFound(list({ organizationId: 'org_none' }), 'Organization', 'org_none');
  for (const [options, message] of [
    [{ limit: 101 }, 'Limit should be an integer from 1 to 100.'],
    [{ limit: -1 }, 'Limit should be an integer from 1 to 100.'],
    [{ order: 'up' }, 'Order should be one of asc, desc, normal.'],
    [{ statuses: ['gone'] }, 'Statuses should be some of active, inactive, pending.'],
    [{ after: 'x' }, 'After is invalid.'],
  ]) {
    await badRequest(list({ ...pair, ...options }), 'invalid_request_parameters', message);
  }
});

test('list in each order, page by page', async () => {
  const organizationId = (await anOrganization()).id;
  const made = [];
  for (let i = 0; i < 5; ++i) {
    made.push((await create({ userId: (await aUser()).id, organizationId })).id);
  }
  const [a, b, c, d, e] = made;
  const page = async (options) => {
    const { data, listMetadata } = await list({ organizationId, limit: 2, ...options });
    return [ids(data), listMetadata];
  };
  assert.deepEqual(await page({}), [[e, d], { before: null, after: d }]);
  assert.deepEqual(await page({ after: d }), [[c, b], { before: c, after: b }]);
  assert.deepEqual(await page({ after: b }), [[a], { before: a, after: null }]);
  assert.deepEqual(await page({ before: a }), [[c, b], { before: c, after: b }]);
  assert.deepEqual(await page({ order: 'asc' }), [[a, b], { before: null, after: b }]);
  assert.deepEqual(await page({ order: 'asc', after: b }), [[c, d], { before: c, after: d }]);
  assert.deepEqual(await page({ order: 'asc', before: c }), [[a, b], { before: null, after: b }]);
  assert.deepEqual(await page({ order: 'normal' }), [[e, d], { before: d, after: null }]);
  assert.deepEqual(await page({ order: 'normal', before: d }), [[c, b], { before: b, after: c }]);
  assert.deepEqual(await page({ order: 'normal', after: c }), [[e, d], { before: d, after: null }]);
  assert.deepEqual(await page({ limit: 100 }), [[e, d, c, b, a], { before: null, after: null }]);
});

test('list more than 100 members', async () => {
  const organizationId = (await anOrganization()).id;
  const members = 120;
  const made = [];
  for (let i = 0; i < members; i += 10) {
    const users = await Promise.all(Array.from({ length: 10 }, () => aUser()));
    made.push(...await Promise.all(users.map(({ id }) => create({ userId: id, organizationId }))));
  }
  const gone = made.pop().id;
  await userManagement.deactivateOrganizationMembership(gone);
  const oldestFirst = ids(made).sort();

  const first = await list({ organizationId });
  assert.deepEqual(ids(first.data), oldestFirst.slice(-10).reverse());
  const all = await first.autoPagination();
  assert.deepEqual(ids(all), [...oldestFirst].reverse());
  assert.deepEqual(slugs(all.map(({ role }) => role)), Array(members - 1).fill('member'));

  const [ascending, inactive] = await Promise.all([
    list({ organizationId, order: 'asc' }).then((page) => page.autoPagination()),
    list({ organizationId, statuses: ['inactive'] }).then((page) => page.autoPagination()),
  ]);
  assert.deepEqual(ids(ascending), oldestFirst);
  assert.deepEqual(ids(inactive), [gone]);
  // With a limit the client stays with the page that it has.
  const limited = await list({ organizationId, limit: 3 });
  assert.deepEqual(ids(await limited.autoPagination()), oldestFirst.slice(-3).reverse());
});
