// SPDX-License-Identifier: BSL-1.0
// What the tests share: the client, things to work with, and comparisons.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

// Set by run.py.
const { SDK_FOLDER, SDK_KEY, SDK_PORT, SDK_LIMITED_PORT, SDK_MULTIPLE_ROLES } = process.env;

const sdk = createRequire(`${SDK_FOLDER}/`)('@workos-inc/node');
export const multipleRoles = SDK_MULTIPLE_ROLES === 'on';
export const port = Number(SDK_PORT);
export const limitedPort = Number(SDK_LIMITED_PORT);

// A client of the server under test, unless the options say otherwise.
export const client = (options = {}) =>
  new sdk.WorkOS({ apiKey: SDK_KEY, apiHostname: '127.0.0.1', port, https: false, ...options });
export const workos = client();
export const { authorization, organizations, userManagement } = workos;

// ---- things to work with

// Names are new also where the files run in several processes against one server.
let count = 0;
export const unique = (word) => `${word}-${process.pid}-${++count}`;

export const anOrganization = (options = {}) =>
  organizations.createOrganization({ name: unique('Acme'), ...options });
export const aUser = (options = {}) =>
  userManagement.createUser({ email: `${unique('user')}@example.com`, ...options });
export const aRole = (options = {}) =>
  authorization.createEnvironmentRole({ slug: unique('role'), name: 'Role', ...options });
export const aPermission = (options = {}) =>
  authorization.createPermission({ slug: unique('permission'), name: 'Permission', ...options });

// A new user and a new organization, by their ids.
export async function aPair() {
  const [user, organization] = await Promise.all([aUser(), anOrganization()]);
  return { userId: user.id, organizationId: organization.id };
}
export const aMember = async (options = {}) =>
  userManagement.createOrganizationMembership({ ...(await aPair()), ...options });

// A pending membership, with the invitation that made it.
export async function aPendingMember(options = {}) {
  const [user, organization] = await Promise.all([aUser(), anOrganization()]);
  const invitation = await userManagement.sendInvitation({
    email: user.email, organizationId: organization.id, ...options,
  });
  const listed = await userManagement.listOrganizationMemberships({
    userId: user.id, organizationId: organization.id, statuses: ['pending'],
  });
  assert.equal(listed.data.length, 1);
  return { invitation, user, organization, membership: listed.data[0] };
}

// ---- comparisons

export const ids = (listed) => listed.map(({ id }) => id);
export const slugs = (listed) => listed.map(({ slug }) => slug);

// The thing without its id and times, once they are seen to be well-formed.
export function plain(thing, prefix) {
  const { id, createdAt, updatedAt, ...rest } = thing;
  assert.match(id, new RegExp(`^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`));
  for (const time of [createdAt, updatedAt]) {
    assert.match(time, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  assert.ok(createdAt <= updatedAt, `${createdAt} is after ${updatedAt}`);
  return rest;
}

// The object is what it was but for the given changes and the time of the update.
export function changed(after, before, changes) {
  assert.deepEqual(after, { ...before, ...changes, updatedAt: after.updatedAt });
  assert.ok(after.updatedAt >= before.updatedAt);
}

// The call throws an exception of this class that carries exactly this.
export async function refused(promise, name, status, code, message) {
  const error = await promise.then(
    (value) => assert.fail(`not refused: ${JSON.stringify(value)}`), (reason) => reason);
  assert.ok(error instanceof sdk[name], error.stack);
  assert.deepEqual([error.name, error.status, error.code, error.message],
                   [name, status, code, message]);
  assert.match(error.requestID, /^\S{8,}$/);
  return error;
}

// 422 of one field.
export const invalid = (promise, entry) =>
  refused(promise, 'UnprocessableEntityException', 422, 'invalid_request_parameters',
          `The following requirement must be met:\n\t${entry}\n`);

export const notFound = (promise, kind, sent) =>
  refused(promise, 'NotFoundException', 404, 'entity_not_found', `${kind} not found: '${sent}'.`);
