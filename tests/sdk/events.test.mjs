// SPDX-License-Identifier: BSL-1.0
// Plan: concern -> tests
//   each type of event    -> '... events': type, data and former values, in their order
//   filters and cursors   -> 'filter ...', 'order and cursors'
//   refusals              -> 'what cannot be'
// The log holds the events of all tests, so each looks at those of its own things.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aMember, aPair, aPermission, aRole, aUser, anOrganization, authorization, ids, invalid,
  organizations, refused, unique, userManagement, workos,
} from './shared.mjs';

const list = (options) => workos.events.listEvents(options);
const each = (kind) => ['created', 'updated', 'deleted'].map((what) => `${kind}.${what}`);

// The events of these types whose data the filter takes, oldest first.
async function eventsOf(events, mine) {
  const found = [];
  let after;
  do {
    const page = await list({ events, limit: 100, after });
    found.push(...page.data.filter(({ data }) => mine(data)));
    after = page.listMetadata.after;
  } while (after);
  return found;
}

// Their types, each followed by what it says was there before.
const told = (events) => events.map(({ event, context }) => {
  if (!context) return [event];
  // Of two changes within a millisecond the second leaves the time as it was.
  const { updated_at: at = '20', ...former } = context.previous_attributes;
  assert.match(at, /^20/);
  return [event, former];
});

// What an event shows of a membership.
const inEvent = ({ organizationName, ...rest }) => ({ ...rest, organizationName: undefined });

test('membership events', async () => {
  const pair = await aPair();
  const made = await userManagement.createOrganizationMembership(pair);
  const { id } = made;
  const states = [
    made,
    await userManagement.updateOrganizationMembership(id, { roleSlug: 'editor' }),
    await userManagement.deactivateOrganizationMembership(id),
    await userManagement.createOrganizationMembership({ ...pair, roleSlug: 'editor' }),
  ];
  await userManagement.reactivateOrganizationMembership(id);  // changes nothing
  await userManagement.deleteOrganizationMembership(id);
  states.push(states[3]);
  const events = await eventsOf(each('organization_membership'), (data) => data.id === id);
  assert.deepEqual(told(events), [
    ['organization_membership.created'],
    ['organization_membership.updated', { role: { slug: 'member' }, roles: [{ slug: 'member' }] }],
    ['organization_membership.updated', { status: 'active' }],
    ['organization_membership.updated', { status: 'inactive' }],
    ['organization_membership.deleted'],
  ]);
  assert.deepEqual(events.map(({ data }) => data), states.map(inEvent));
  for (const event of events) {
    assert.match(event.id, /^event_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    assert.match(event.createdAt, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
});

test('organization and user events', async () => {
  const organization = await anOrganization();
  const renamed = await organizations.updateOrganization({
    organization: organization.id, name: 'Renamed',
  });
  await organizations.updateOrganization({ organization: organization.id, name: 'Renamed' });
  const user = await aUser({ firstName: 'Ada' });
  const member = await userManagement.createOrganizationMembership({
    userId: user.id, organizationId: organization.id,
  });
  await organizations.deleteOrganization(organization.id);
  await userManagement.deleteUser(user.id);
  const mine = [organization.id, user.id, member.id];
  const events = await eventsOf(
    [...each('organization'), ...each('user'), ...each('organization_membership')],
    ({ id }) => mine.includes(id));
  assert.deepEqual(told(events), [
    ['organization.created'], ['organization.updated', { name: organization.name }],
    ['user.created'], ['organization_membership.created'], ['organization_membership.deleted'],
    ['organization.deleted'], ['user.deleted'],
  ]);
  const shown = (thing) => ({ ...thing, allowProfilesOutsideOrganization: undefined });
  assert.deepEqual(events[0].data, shown(organization));
  assert.deepEqual(events[1].data, shown(renamed));
  assert.deepEqual(events[2].data, user);
  assert.deepEqual(events[4].data, inEvent(member));
  assert.deepEqual(events[5].data, shown(renamed));
});

test('role and permission events', async () => {
  const [permission, role] = [await aPermission(), await aRole()];
  await authorization.addEnvironmentRolePermission(role.slug, { permissionSlug: permission.slug });
  await authorization.deletePermission(permission.slug);
  const events = await eventsOf([...each('permission'), ...each('role')],
                                ({ slug }) => [permission.slug, role.slug].includes(slug));
  assert.deepEqual(told(events.slice(0, 3)), [
    ['permission.created'], ['role.created'], ['role.updated', { permissions: [] }],
  ]);
  // The permission and its place in the role go by one call; which is told first is open.
  assert.deepEqual(told(events.slice(3)).sort(), [
    ['permission.deleted'], ['role.updated', { permissions: [permission.slug] }],
  ]);
  assert.deepEqual(events[0].data, permission);
  const { object, slug, resourceTypeSlug, createdAt, updatedAt } = role;
  assert.deepEqual(events[1].data, {
    object, slug, resourceTypeSlug, permissions: [], createdAt, updatedAt,
  });
  assert.deepEqual(events[2].data.permissions, [permission.slug]);
});

test('organization role events', async () => {
  const { id: organizationId } = await anOrganization();
  const role = await authorization.createOrganizationRole(organizationId, {
    slug: 'org-a', name: 'A',
  });
  await authorization.updateOrganizationRole(organizationId, 'org-a', { description: 'B' });
  await authorization.deleteOrganizationRole(organizationId, 'org-a');
  const events = await eventsOf(each('organization_role'),
                                (data) => data.organizationId === organizationId);
  assert.deepEqual(told(events), [
    ['organization_role.created'], ['organization_role.updated', { description: null }],
    ['organization_role.deleted'],
  ]);
  const { id, type, ...rest } = role;
  assert.deepEqual(events[0].data, { ...rest, object: 'organization_role', organizationId });
  assert.equal(events[2].data.description, 'B');
});

test('invitation events', async () => {
  const { id: organizationId } = await anOrganization();
  const send = () => userManagement.sendInvitation({
    email: `${unique('guest')}@example.com`, organizationId,
  });
  const one = await send();
  const resent = await userManagement.resendInvitation(one.id);
  const accepted = await userManagement.acceptInvitation(one.id);
  const other = await send();
  const revoked = await userManagement.revokeInvitation(other.id);
  const events = await eventsOf(
    ['invitation.created', 'invitation.accepted', 'invitation.revoked', 'invitation.resent'],
    (data) => data.organizationId === organizationId);
  assert.deepEqual(events.map(({ event }) => event), [
    'invitation.created', 'invitation.resent', 'invitation.accepted', 'invitation.created',
    'invitation.revoked',
  ]);
  assert.deepEqual(
    events.map(({ data }) => data),
    [one, resent, accepted, other, revoked].map(({ token, acceptInvitationUrl, ...rest }) => rest));
});

test('filter by organization and type', async () => {
  const { organizationId } = await aMember();
  await aMember();
  const events = ['organization.created', 'organization_membership.created', 'user.created'];
  const listed = async (options) =>
    (await list({ organizationId, ...options })).data.map(({ event }) => event);
  assert.deepEqual(await listed({ events }),
                   ['organization.created', 'organization_membership.created']);
  assert.deepEqual(await listed({ events: events.slice(0, 1) }), ['organization.created']);
  assert.deepEqual(await listed({ events: ['nothing.created'] }), []);
  assert.deepEqual(await listed({ events, organizationId: 'org_none' }), []);
});

test('filter by time', async () => {
  const events = ['organization_membership.created'];
  const { organizationId } = await aMember();
  const join = async () => {
    const { id: userId } = await aUser();
    await userManagement.createOrganizationMembership({ userId, organizationId });
    return (await list({ events, organizationId, limit: 100 })).data;
  };
  const [first] = (await list({ events, organizationId })).data;
  let listed;
  do {
    listed = await join();
  } while (listed.at(-1).createdAt === first.createdAt);
  const last = listed.at(-1).createdAt;
  const between = async (options) => (await list({ events, organizationId, ...options })).data;
  assert.deepEqual(await between({ rangeStart: last }), listed.slice(-1));
  assert.deepEqual(await between({ rangeStart: first.createdAt, rangeEnd: last }),
                   listed.slice(0, -1));
  assert.deepEqual(await between({ rangeEnd: first.createdAt }), []);
});

test('order and cursors', async () => {
  const { id: organizationId } = await anOrganization();
  for (const slug of ['org-a', 'org-b', 'org-c']) {
    await authorization.createOrganizationRole(organizationId, { slug, name: slug });
  }
  const events = ['organization_role.created'];
  const page = async (options) => {
    const { object, data, listMetadata } = await list({ events, organizationId, ...options });
    assert.equal(object, 'list');
    return [data.map((event) => event.data.slug), listMetadata, ids(data)];
  };
  const [all, , [a, b, c]] = await page({});
  assert.deepEqual(all, ['org-a', 'org-b', 'org-c']);
  assert.deepEqual(await page({ order: 'desc' }),
                   [['org-c', 'org-b', 'org-a'], { before: null, after: null }, [c, b, a]]);
  assert.deepEqual(await page({ limit: 2 }), [['org-a', 'org-b'], { before: null, after: b },
                                              [a, b]]);
  assert.deepEqual(await page({ limit: 2, after: b }), [['org-c'], { before: c, after: null },
                                                        [c]]);
  assert.deepEqual(await page({ after: c }), [[], { before: null, after: null }, []]);
});

test('what cannot be', async () => {
  await refused(list(), 'GenericServerException', 400, 'invalid_events_request',
                "At least one event is required in 'events'.");
  const events = ['user.created'];
  for (const [options, entry] of [
    [{ limit: 101 }, 'limit_invalid'], [{ rangeStart: 'yesterday' }, 'range_start_invalid'],
    [{ order: 'up' }, 'order_invalid'], [{ after: 'event_none' }, 'after_invalid'],
  ]) {
    await invalid(list({ events, ...options }), entry);
  }
});
