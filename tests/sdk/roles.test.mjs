// SPDX-License-Identifier: BSL-1.0
// Plan: concern -> tests
//   permissions               -> 'permission ...'
//   roles of the environment  -> 'environment role ...'
//   roles of an organization  -> 'organization role ...'
//   what a member may do      -> 'check ...', 'effective permissions', 'resource'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aMember, aPair, aPendingMember, aPermission, aRole, anOrganization, authorization, changed,
  invalid, multipleRoles, notFound, plain, refused, slugs, unique, userManagement,
} from './shared.mjs';

const badSlug = (promise) => invalid(promise, 'slug_invalid');

// ---- permissions

test('permission create, get, update, delete', async () => {
  const slug = `${unique('docs')}:read.*`;
  const made = await authorization.createPermission({ slug, name: 'Read', description: 'All' });
  assert.deepEqual(plain(made, 'perm'), {
    object: 'permission', slug, name: 'Read', description: 'All',
    resourceTypeSlug: 'organization', system: false,
  });
  assert.deepEqual(await authorization.getPermission(slug), made);
  changed(await authorization.updatePermission(slug, { name: 'See' }), made, { name: 'See' });
  changed(await authorization.updatePermission(slug, { description: null }), made,
          { name: 'See', description: null });
  assert.equal(await authorization.deletePermission(slug), undefined);
  await notFound(authorization.getPermission(slug), 'Permission', slug);
  await notFound(authorization.updatePermission(slug, { name: 'X' }), 'Permission', slug);
  await notFound(authorization.deletePermission(slug), 'Permission', slug);
});

test('permission that cannot be', async () => {
  const { slug } = await aPermission();
  await refused(authorization.createPermission({ slug, name: 'Again' }), 'ConflictException', 409,
                'permission_slug_conflict', `A permission '${slug}' exists already.`);
  await badSlug(authorization.createPermission({ slug: 'Upper', name: 'X' }));
  await invalid(authorization.createPermission({ slug: unique('x') }), 'name_string_required');
  await invalid(authorization.createPermission({ slug: unique('x'), name: 'n'.repeat(49) }),
                'name_too_long');
});

test('permission list, page by page', async () => {
  const made = [await aPermission(), await aPermission(), await aPermission()];
  const newest = await authorization.listPermissions({ before: made[0].id, limit: 100 });
  assert.deepEqual(slugs(newest.data.filter(({ slug }) => slugs(made).includes(slug))),
                   [made[2].slug, made[1].slug]);
  const all = await (await authorization.listPermissions()).autoPagination();
  assert.deepEqual(all.filter(({ slug }) => slugs(made).includes(slug)), [...made].reverse());
  const after = await authorization.listPermissions({ order: 'asc', after: made[0].id, limit: 1 });
  assert.equal(after.listMetadata.before, after.data[0].id);
});

test('permission deleted is taken from roles', async () => {
  const [role, kept, gone] = await Promise.all([aRole(), aPermission(), aPermission()]);
  await authorization.setEnvironmentRolePermissions(role.slug, {
    permissions: [gone.slug, kept.slug],
  });
  await authorization.deletePermission(gone.slug);
  assert.deepEqual((await authorization.getEnvironmentRole(role.slug)).permissions, [kept.slug]);
});

// ---- roles of the environment

test('environment role create, get, update', async () => {
  const slug = unique('support_1');
  const made = await authorization.createEnvironmentRole({
    slug, name: 'Support', description: 'Helps',
  });
  assert.deepEqual(plain(made, 'role'), {
    object: 'role', slug, name: 'Support', description: 'Helps', permissions: [],
    resourceTypeSlug: 'organization', type: 'EnvironmentRole',
  });
  assert.deepEqual(await authorization.getEnvironmentRole(slug), made);
  changed(await authorization.updateEnvironmentRole(slug, { name: 'Help' }), made,
          { name: 'Help' });
  const last = await authorization.updateEnvironmentRole(slug, { description: null });
  changed(last, made, { name: 'Help', description: null });
  assert.deepEqual(await authorization.updateEnvironmentRole(slug, {}), last);
  await notFound(authorization.getEnvironmentRole('boss'), 'Role', 'boss');
  await notFound(authorization.updateEnvironmentRole('boss', { name: 'Boss' }), 'Role', 'boss');
});

test('environment role list, by priority', async () => {
  const made = [await aRole(), await aRole()];
  const listed = await authorization.listEnvironmentRoles();
  assert.deepEqual(Object.keys(listed), ['object', 'data']);
  assert.deepEqual(slugs(listed.data).slice(0, 4), ['owner', 'admin', 'editor', 'member']);
  assert.deepEqual(listed.data.filter(({ slug }) => slugs(made).includes(slug)), made);
});

test('environment role that cannot be', async () => {
  await refused(authorization.createEnvironmentRole({ slug: 'admin', name: 'Again' }),
                'ConflictException', 409, 'role_slug_conflict', "A role 'admin' exists already.");
  await badSlug(authorization.createEnvironmentRole({ slug: 'a b', name: 'X' }));
  await invalid(authorization.createEnvironmentRole({ name: 'X' }), 'slug_string_required');
});

test('environment role permissions', async () => {
  const [role, one, two] = [await aRole(), await aPermission(), await aPermission()];
  const { slug } = role;
  const set = (permissions) => authorization.setEnvironmentRolePermissions(slug, { permissions });
  const add = (permissionSlug) =>
    authorization.addEnvironmentRolePermission(slug, { permissionSlug });
  changed(await add(one.slug), role, { permissions: [one.slug] });
  changed(await add(two.slug), role, { permissions: [one.slug, two.slug] });
  const before = await authorization.getEnvironmentRole(slug);
  assert.deepEqual(await add(one.slug), before);
  changed(await set([one.slug, one.slug]), role, { permissions: [one.slug] });
  await notFound(add('none'), 'Permission', 'none');
  await notFound(set([two.slug, 'none']), 'Permission', 'none');
  assert.deepEqual((await authorization.getEnvironmentRole(slug)).permissions, [one.slug]);
  changed(await set([]), role, { permissions: [] });
});

// ---- roles of an organization

test('organization role create, get, update, delete', async () => {
  const { id } = await anOrganization();
  const made = await authorization.createOrganizationRole(id, {
    slug: 'org-auditor', name: 'Auditor',
  });
  assert.deepEqual(plain(made, 'role'), {
    object: 'role', slug: 'org-auditor', name: 'Auditor', description: null, permissions: [],
    resourceTypeSlug: 'organization', type: 'OrganizationRole',
  });
  assert.deepEqual(await authorization.getOrganizationRole(id, 'org-auditor'), made);
  changed(await authorization.updateOrganizationRole(id, 'org-auditor', { description: 'Reads' }),
          made, { description: 'Reads' });
  await notFound(authorization.getOrganizationRole((await anOrganization()).id, 'org-auditor'),
                 'Role', 'org-auditor');
  assert.equal(await authorization.deleteOrganizationRole(id, 'org-auditor'), undefined);
  await notFound(authorization.deleteOrganizationRole(id, 'org-auditor'), 'Role', 'org-auditor');
});

test('organization role with a slug made of its name', async () => {
  const { id } = await anOrganization();
  const { slug } = await authorization.createOrganizationRole(id, { name: 'Lead  Auditor (EU)' });
  assert.match(slug, /^lead-auditor-eu-[a-z0-9]{6}$/);
  assert.equal((await authorization.getOrganizationRole(id, slug)).name, 'Lead  Auditor (EU)');
});

test('organization role list, after those of the environment', async () => {
  const { id } = await anOrganization();
  const own = await authorization.createOrganizationRole(id, { slug: 'org-last', name: 'Last' });
  const listed = (await authorization.listOrganizationRoles(id)).data;
  assert.deepEqual(slugs(listed).slice(0, 4), ['owner', 'admin', 'editor', 'member']);
  assert.deepEqual(listed.filter(({ type }) => type === 'OrganizationRole'), [own]);
  assert.deepEqual(await authorization.getOrganizationRole(id, 'admin'), listed[1]);
  await notFound(authorization.listOrganizationRoles('org_none'), 'Organization', 'org_none');
});

test('organization role that cannot be', async () => {
  const { id } = await anOrganization();
  const create = (slug) => authorization.createOrganizationRole(id, { slug, name: 'X' });
  await create('org-x');
  await refused(create('org-x'), 'ConflictException', 409, 'organization_role_slug_conflict',
                "The organization has a role 'org-x' already.");
  await badSlug(create('x'));
  await badSlug(create('org--x'));
  await notFound(authorization.updateOrganizationRole(id, 'admin', { name: 'X' }), 'Role', 'admin');
  await notFound(authorization.deleteOrganizationRole(id, 'admin'), 'Role', 'admin');
});

test('organization role in use is not deleted', async () => {
  const member = await aMember();
  const { id, organizationId } = member;
  const { slug } = await authorization.createOrganizationRole(organizationId, { name: 'Guard' });
  await userManagement.updateOrganizationMembership(id, { roleSlug: slug });
  await userManagement.deactivateOrganizationMembership(id);
  await refused(authorization.deleteOrganizationRole(organizationId, slug), 'ConflictException',
                409, 'role_has_assignments', `Role '${slug}' is in use.`);
  await userManagement.updateOrganizationMembership(id, { roleSlug: 'member' });
  await authorization.deleteOrganizationRole(organizationId, slug);
});

test('organization role permissions', async () => {
  const [{ id }, one, two] = [await anOrganization(), await aPermission(), await aPermission()];
  const role = await authorization.createOrganizationRole(id, { slug: 'org-p', name: 'P' });
  const set = (permissions) =>
    authorization.setOrganizationRolePermissions(id, 'org-p', { permissions });
  const add = (permissionSlug) =>
    authorization.addOrganizationRolePermission(id, 'org-p', { permissionSlug });
  const remove = (permissionSlug) =>
    authorization.removeOrganizationRolePermission(id, 'org-p', { permissionSlug });
  const now = async () => (await authorization.getOrganizationRole(id, 'org-p')).permissions;
  changed(await set([one.slug, two.slug]), role, { permissions: [one.slug, two.slug] });
  assert.equal(await remove(two.slug), undefined);
  for (const nothing of [two.slug, 'none']) await remove(nothing);
  assert.deepEqual(await now(), [one.slug]);
  changed(await add(two.slug), role, { permissions: [one.slug, two.slug] });
  await notFound(add('none'), 'Permission', 'none');
  await notFound(authorization.removeOrganizationRolePermission(
    id, 'org-none', { permissionSlug: one.slug }), 'Role', 'org-none');
  await notFound(authorization.setOrganizationRolePermissions(id, 'admin', { permissions: [] }),
                 'Role', 'admin');
  assert.deepEqual(await now(), [one.slug, two.slug]);
});

// ---- what a member may do

test('check by each name of the organization', async () => {
  const permission = await aPermission();
  const role = await aRole();
  await authorization.addEnvironmentRolePermission(role.slug, { permissionSlug: permission.slug });
  const externalId = unique('ext/1 %');
  const organization = await anOrganization({ externalId });
  const pair = { userId: (await aPair()).userId, organizationId: organization.id };
  const member = await userManagement.createOrganizationMembership({
    ...pair, roleSlug: role.slug,
  });
  const check = (target, permissionSlug = permission.slug) => authorization.check({
    organizationMembershipId: member.id, permissionSlug, ...target,
  });
  const resource = await authorization.getResourceByExternalId({
    organizationId: organization.id, resourceTypeSlug: 'organization', externalId,
  });
  for (const target of [{ resourceId: organization.id }, { resourceId: resource.id },
                        { resourceExternalId: externalId, resourceTypeSlug: 'organization' },
                        { resourceExternalId: organization.id,
                          resourceTypeSlug: 'organization' }]) {
    assert.deepEqual(await check(target), { authorized: true });
    assert.deepEqual(await check(target, 'none'), { authorized: false });
  }
  const other = await anOrganization();
  await notFound(check({ resourceId: other.id }), 'Authorization Resource', other.id);
  await notFound(check({ resourceExternalId: 'x', resourceTypeSlug: 'organization' }),
                 'Authorization Resource', 'x');
  await notFound(authorization.check({ organizationMembershipId: 'om_none',
                                       permissionSlug: 'x', resourceId: other.id }),
                 'Organization Membership', 'om_none');
  await invalid(check({}), 'resource_id_string_required');
});

test('check of members that are not active', async () => {
  const permission = await aPermission();
  const role = await aRole();
  await authorization.addEnvironmentRolePermission(role.slug, { permissionSlug: permission.slug });
  const may = async ({ id, organizationId }) => (await authorization.check({
    organizationMembershipId: id, permissionSlug: permission.slug, resourceId: organizationId,
  })).authorized;
  const member = await aMember({ roleSlug: role.slug });
  assert.equal(await may(member), true);
  await userManagement.deactivateOrganizationMembership(member.id);
  assert.equal(await may(member), false);
  await userManagement.reactivateOrganizationMembership(member.id);
  assert.equal(await may(member), true);
  const { invitation, membership: pending } = await aPendingMember({ roleSlug: role.slug });
  assert.equal(await may(pending), false);
  await userManagement.acceptInvitation(invitation.id);
  assert.equal(await may(pending), true);
});

test('effective permissions', async () => {
  const permissions = [await aPermission(), await aPermission(), await aPermission()];
  const [one, two, three] = slugs(permissions);
  const roles = [await aRole(), await aRole()];
  await authorization.setEnvironmentRolePermissions(roles[0].slug, { permissions: [three, one] });
  await authorization.setEnvironmentRolePermissions(roles[1].slug, { permissions: [two, three] });
  const member = await aMember({ roleSlug: roles[0].slug });
  const { id, organizationId } = member;
  const byId = { organizationMembershipId: id, resourceId: organizationId };
  const listed = async (options) => slugs(
    (await authorization.listEffectivePermissions({ ...byId, ...options })).data);
  assert.deepEqual((await authorization.listEffectivePermissions(byId)).data,
                   [permissions[2], permissions[0]]);
  assert.deepEqual(slugs((await authorization.listEffectivePermissionsByExternalId({
    organizationMembershipId: id, resourceTypeSlug: 'organization', externalId: organizationId,
    order: 'asc',
  })).data), [one, three]);
  const both = userManagement.updateOrganizationMembership(id, { roleSlugs: slugs(roles) });
  if (multipleRoles) {
    await both;
    assert.deepEqual(await listed({ order: 'asc' }), [one, two, three]);
    assert.deepEqual(await listed({ limit: 1, after: permissions[2].id }), [two]);
    const first = await authorization.listEffectivePermissions(byId);
    assert.deepEqual(slugs(await first.autoPagination()), [three, two, one]);
  } else {
    await refused(both, 'UnprocessableEntityException', 422, 'multiple_roles_not_enabled',
                  'Several roles were given, but Multiple Roles is not enabled.');
    assert.deepEqual(await listed({ limit: 1, after: permissions[2].id }), [one]);
  }
  await userManagement.deactivateOrganizationMembership(id);
  assert.deepEqual(await listed({}), []);
});

test('resource', async () => {
  const externalId = unique('7');
  const organization = await anOrganization({ externalId });
  const found = await authorization.getResourceByExternalId({
    organizationId: organization.id, resourceTypeSlug: 'organization', externalId,
  });
  assert.deepEqual(plain(found, 'authz_resource'), {
    object: 'authorization_resource', externalId, name: organization.name, description: null,
    resourceTypeSlug: 'organization', organizationId: organization.id, parentResourceId: null,
  });
  assert.equal(found.id.replace('authz_resource_', 'org_'), organization.id);
  assert.deepEqual(await authorization.getResource(found.id), found);
  assert.deepEqual(await authorization.getResource(organization.id), found);
  await notFound(authorization.getResource('none'), 'Authorization Resource', 'none');
});
