// SPDX-License-Identifier: BSL-1.0
// Every exception of the client, from the server wherever it can be made to answer so.
// Plan: concern -> tests
//   each status                     -> its number
//   answers to be tried again       -> 'rate limit ...', 'a lost answer ...'
//   what this server never answers  -> 'not from this server'
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { test } from 'node:test';
import {
  aMember, aUser, anOrganization, authorization, client, limitedPort, organizations, port, refused,
  unique, userManagement, workos,
} from './shared.mjs';

// Runs the body with the port of a server that answers by this function.
async function withServer(answer, body) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await body(server.address().port);
  } finally {
    await new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); });
  }
}

test('the client is the one that is pinned', async () => {
  const { dependencies } = JSON.parse(await readFile(new URL('package.json', import.meta.url)));
  assert.deepEqual(dependencies, { '@workos-inc/node': workos.version });
});

test('400 with errors', async () => {
  const { email } = await aUser();
  const error = await refused(userManagement.createUser({ email }), 'BadRequestException', 400,
                              'user_creation_error', 'Could not create user.');
  assert.deepEqual(error.errors, [
    { code: 'email_not_available', message: 'This email is not available.' },
  ]);
});

test('400 without errors', async () => {
  const error = await refused(
    userManagement.listOrganizationMemberships({}), 'GenericServerException', 400,
    'missing_user_id_or_organization_id', 'Either a user id or an organization id is required.');
  assert.deepEqual(error.rawData, { code: error.code, message: error.message });
});

test('400 of an idempotency key', async () => {
  const idempotencyKey = unique('key');
  const create = (name) => organizations.createOrganization({ name }, { idempotencyKey });
  const made = await create('Once');
  assert.deepEqual(await create('Once'), made);
  await refused(create('Twice'), 'GenericServerException', 400, 'idempotency_key_mismatch',
                `Another idempotency key (${idempotencyKey}) with different request parameters ` +
                'was found. Please use a different idempotency key.');
});

test('401', async () => {
  const stranger = client({ apiKey: 'wrong' });
  const message = 'Could not authorize the request. Maybe your API key is invalid?';
  for (const path of ['/user_management/users/user_none', '/nothing']) {
    await refused(stranger.get(path), 'UnauthorizedException', 401, undefined, message);
  }
});

test('403', async () => {
  await refused(authorization.deletePermission('members:manage'), 'GenericServerException', 403,
                'forbidden',
                "Permission 'members:manage' is one of the system's and cannot be deleted.");
  assert.equal((await authorization.getPermission('members:manage')).system, true);
});

test('404 of an id and of a path', async () => {
  await refused(userManagement.getUser('user_none'), 'NotFoundException', 404, 'entity_not_found',
                "User not found: 'user_none'.");
  await refused(workos.get('/nothing'), 'NotFoundException', 404, 'not_found', 'Not Found');
});

test('405', async () => {
  await refused(workos.patch('/organizations', {}), 'GenericServerException', 405,
                'method_not_allowed', 'Method Not Allowed');
});

test('409 of each guard', async () => {
  const organizationId = 'org_of_one_seat';
  const [one, other] = [await aUser(), await aUser()];
  const join = ({ id: userId }) =>
    userManagement.createOrganizationMembership({ userId, organizationId, roleSlug: 'owner' });
  const owner = await join(one);
  const { id } = owner;
  await refused(join(other), 'ConflictException', 409, 'seat_limit_reached',
                'The organization has no seat left.');
  for (const leave of [
    () => userManagement.deleteOrganizationMembership(id),
    () => userManagement.deactivateOrganizationMembership(id),
    () => userManagement.updateOrganizationMembership(id, { roleSlug: 'member' }),
  ]) {
    await refused(leave(), 'ConflictException', 409, 'last_owner_required',
                  'The organization must keep an active owner.');
  }
  await refused(userManagement.deleteUser(one.id), 'ConflictException', 409,
                'user_deletion_not_allowed', 'The user is the last owner of an organization.');
  assert.deepEqual(await userManagement.getOrganizationMembership(id), owner);
});

test('413', async () => {
  await refused(organizations.createOrganization({ name: 'n'.repeat(1 << 20) }),
                'GenericServerException', 413, 'payload_too_large',
                'The body is longer than 1048576 bytes.');
});

test('414', async () => {
  await refused(userManagement.getUser('u'.repeat(9000)), 'GenericServerException', 414,
                'uri_too_long', 'The path and query are longer than 8192 bytes.');
});

test('422 with and without errors', async () => {
  await refused(organizations.createOrganization({}), 'UnprocessableEntityException', 422,
                'invalid_request_parameters',
                'The following requirement must be met:\n\tname_string_required\n');
  const { id } = await aMember();
  await refused(userManagement.updateOrganizationMembership(id, { roleSlug: 'boss' }),
                'UnprocessableEntityException', 422, 'invalid_role',
                "Role 'boss' is not a valid role.");
});

test('431', async () => {
  const talker = client({ config: { headers: { 'X-Long': 'x'.repeat(17000) } } });
  await refused(talker.userManagement.getUser('user_none'), 'GenericServerException', 431,
                'request_header_fields_too_large', 'The header is longer than 16384 bytes.');
});

test('rate limit, told and obeyed', async () => {
  const list = (options) =>
    client({ port: limitedPort, ...options }).organizations.listOrganizations();
  // One request a second: not all of these at once.
  const results = await Promise.allSettled(Array.from({ length: 20 },
                                                      () => list({ maxRetries: 0 })));
  const told = results.filter(({ status }) => status === 'rejected');
  assert.ok(told.length > 0 && told.length < 20, `${told.length} are refused`);
  for (const { reason } of told) {
    const error = await refused(Promise.reject(reason), 'RateLimitExceededException', 429,
                                undefined, 'Too many requests. Please try again later.');
    assert.equal(error.retryAfter, 1);
  }
  assert.deepEqual((await list()).data, []);
});

test('a lost answer is asked for again', async () => {
  const keys = [];
  const relay = (incoming, outgoing) => {
    keys.push(incoming.headers['idempotency-key']);
    const { method, url: path, headers } = incoming;
    incoming.pipe(request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      if (keys.length > 1) {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      } else {
        answer.resume().on('end', () => outgoing.writeHead(502, { 'Retry-After': '0' }).end('?'));
      }
    }));
  };
  const [user, organization] = [await aUser(), await anOrganization()];
  const pair = { userId: user.id, organizationId: organization.id };
  const made = await withServer(relay, (relayPort) =>
    client({ port: relayPort }).userManagement.createOrganizationMembership(pair));
  assert.deepEqual(await userManagement.getOrganizationMembership(made.id), made);
  assert.equal(made.status, 'active');
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.match(keys[0], /^retry-/);
});

test('not from this server: 5xx, not JSON', async () => {
  let answer;
  await withServer((_, outgoing) => answer(outgoing), async (otherPort) => {
    const get = () => client({ port: otherPort, maxRetries: 0 }).userManagement.getUser('user_a');
    for (const status of [500, 503]) {
      answer = (outgoing) => outgoing.writeHead(status, { 'X-Request-ID': 'request-1' })
        .end('{"code":"internal_error","message":"Internal Server Error"}');
      await refused(get(), 'GenericServerException', status, 'internal_error',
                    'Internal Server Error');
    }
    answer = (outgoing) => outgoing.writeHead(404).end('<h1>Not Found</h1>');
    const { cause } = await get().catch((reason) => reason);
    assert.deepEqual([cause.name, cause.rawStatus, cause.rawBody],
                     ['ParseError', 404, '<h1>Not Found</h1>']);
  });
});
