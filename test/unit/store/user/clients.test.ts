import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { checkClientInit } from '../../../../src/store/user/clientInit.ts';
import { migrations } from '../../../../src/store/user/migrations/index.ts';
import { digestOf, newToken, sameDigest } from '../../../../src/store/user/tokens.ts';
import { UserStore } from '../../../../src/store/user/userStore.ts';
import { folder, scratch } from './samples.ts';

describe('client tokens', () => {
  let dataFolder: string;
  let store: UserStore;
  let now = 1_000_000;

  beforeEach(() => {
    dataFolder = scratch();
    store = new UserStore(join(dataFolder, 'user.db'), () => now);
  });
  afterEach(() => {
    store.close();
    rmSync(dataFolder, { recursive: true });
  });

  it('let in the client they were made for, until they are revoked', () => {
    const { client, token } = store.addClient({ name: 'my script', scopes: ['turns', 'sessions:read'] });
    assert.match(token, /^cw_[A-Za-z0-9_-]{43}$/);
    assert.deepEqual(store.findClient(token), { ...client, lastUsedAt: now });
    assert.equal(store.revokeClient(client.id), true);
    assert.equal(store.findClient(token), undefined);
    assert.equal(store.revokeClient(client.id), false);
    assert.deepEqual(
      store.clients().map(({ id, revokedAt }) => [id, revokedAt]),
      [[client.id, now]],
    );
  });

  it('with a scope that only a later version knows keep the others', () => {
    const { client, token } = store.addClient({ name: 'my script', scopes: ['turns'] });
    const db = new DatabaseSync(join(dataFolder, 'user.db'));
    db.prepare('UPDATE client SET scopes = ? WHERE id = ?').run('["turns","everything"]', client.id);
    db.close();
    assert.deepEqual(store.findClient(token)?.scopes, ['turns']);
    assert.deepEqual(store.status().notices, []);
  });

  it('are written nowhere, only their digests are', () => {
    const { token } = store.addClient({ name: 'my script', scopes: ['turns'] });
    store.findClient(token);
    const bytes = readdirSync(dataFolder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
      .join('');
    assert.ok(bytes.includes(createHash('sha256').update(token).digest('hex')));
    for (const secret of [
      token,
      token.slice(3),
      Buffer.from(token.slice(3), 'base64url').toString('latin1'),
    ]) {
      assert.ok(!bytes.includes(secret));
    }
  });

  it('of any other length, alphabet or spelling let nobody in and never throw', () => {
    const { token } = store.addClient({ name: 'my script', scopes: ['turns'] });
    const near = ['', 'cw_', token.slice(0, -1), `${token}A`, token.toUpperCase(), ` ${token}`, `${token}\0`];
    for (const guess of near) assert.equal(store.findClient(guess), undefined, JSON.stringify(guess));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (guess) => {
        assert.equal(store.findClient(guess), undefined);
      }),
    );
  });

  it('tell when they were used, to a minute', () => {
    const { token } = store.addClient({ name: 'my script', scopes: ['turns'] });
    const used = () => store.clients()[0]?.lastUsedAt;
    store.findClient(token);
    const first = now;
    now += 59_000;
    store.findClient(token);
    assert.equal(used(), first);
    now += 1_000;
    store.findClient(token);
    assert.equal(used(), first + 60_000);
  });

  it('can be for one workspace, which has to be known', () => {
    const { workspace } = store.resolve(folder('/work/app'), []);
    const init = { name: 'my script', scopes: ['turns' as const] };
    assert.equal(store.addClient({ ...init, workspaceId: workspace.id }).client.workspaceId, workspace.id);
    assert.throws(() => store.addClient({ ...init, workspaceId: crypto.randomUUID() }), {
      code: 'not_found',
    });
    assert.equal(store.clients().length, 1);
  });

  it('digests of unequal lengths are unequal and do not throw', () => {
    const digest = digestOf(newToken());
    assert.equal(sameDigest(digest, digest), true);
    for (const other of ['', digest.slice(2), `${digest}00`, 'not hex', digestOf('x')]) {
      assert.equal(sameDigest(digest, other), false, other);
      assert.equal(sameDigest(other, digest), false, other);
    }
    assert.equal(sameDigest('', ''), false, 'two damaged digests are not the same client');
  });
});

describe('a new client', () => {
  const good = { name: 'my script', scopes: ['turns'] };
  const refuses = (what: string, init: object, field: string) =>
    it(`with ${what} is refused by name of the field`, () => {
      assert.throws(() => checkClientInit({ ...good, ...init }), {
        code: 'invalid_input',
        message: new RegExp(`^${field}: got .*; expected `),
      });
    });
  refuses('no name', { name: '  ' }, 'name');
  refuses('a name of 101 characters', { name: 'x'.repeat(101) }, 'name');
  refuses('a name that is a number', { name: 7 }, 'name');
  refuses('no scope', { scopes: [] }, 'scopes');
  refuses('a scope there is not', { scopes: ['turns', 'everything'] }, 'scopes');
  refuses('no list of scopes', { scopes: undefined }, 'scopes');
  refuses('a workspace that is no id', { workspaceId: '../..' }, 'workspaceId');

  it('has its name trimmed and each scope once', () => {
    assert.deepEqual(checkClientInit({ name: ' a ', scopes: ['turns', 'turns'] }), {
      name: 'a',
      scopes: ['turns'],
    });
  });
});

describe('what a client may use', () => {
  let dataFolder: string;
  let store: UserStore;
  let now: number;

  beforeEach(() => {
    now = 1_000_000;
    dataFolder = scratch();
    store = new UserStore(join(dataFolder, 'user.db'), () => now);
  });
  afterEach(() => {
    store.close();
    rmSync(dataFolder, { recursive: true });
  });

  const limits = { requestsPerMinute: 3, tokensPerMinute: 1000, parallel: 2, usdPerDay: 0.5 };

  it('is kept with it, can be replaced, and is told with what all may use together', () => {
    const { client, token } = store.addClient({ name: 'limited', scopes: ['models'], limits });
    assert.deepEqual(store.findClient(token)?.limits, limits);
    store.limitClient(client.id, { parallel: 1 });
    store.limitClient('all', { usdPerDay: 3 });
    assert.deepEqual(store.findClient(token)?.limits, { parallel: 1 });
    assert.deepEqual(store.findClient(token)?.overall, { usdPerDay: 3 });
    store.limitClient(client.id, {});
    assert.equal(store.findClient(token)?.limits, undefined);
    assert.throws(() => store.limitClient('nobody', {}), { code: 'not_found' });
  });

  for (const wrong of [{ parallel: 0 }, { usdPerDay: -1 }, { requestsPerMinute: 1.5 }, { rate: 3 }]) {
    it(`is refused as ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => store.addClient({ name: 'x', scopes: ['models'], limits: wrong }), {
        code: 'invalid_input',
      });
    });
  }

  it('threat 25: ends with its time, for good, also when the clock is set back', () => {
    const { client, token } = store.addClient({ name: 'brief', scopes: ['models'], expiresAt: now + 1000 });
    assert.equal(store.findClient(token)?.id, client.id);
    now += 1000;
    assert.equal(store.findClient(token), undefined);
    now -= 24 * 60 * 60_000;
    assert.equal(store.findClient(token), undefined);
    assert.throws(() => store.rotateClient(client.id), { code: 'not_found' });
  });

  it('threat 5: goes on with another token in place of the first', () => {
    const { client, token } = store.addClient({ name: 'rotated', scopes: ['models'], limits });
    const next = store.rotateClient(client.id);
    assert.equal(store.findClient(token), undefined);
    assert.deepEqual(store.findClient(next)?.limits, limits);
    const again = store.rotateClient(client.id);
    assert.equal(store.findClient(next), undefined);
    assert.equal(store.findClient(again)?.rotatedAt, now + 1);
  });

  it('is what it was for clients of an earlier version, grounding among it', () => {
    const file = join(dataFolder, 'user.db');
    const db = new DatabaseSync(file);
    for (const migrate of migrations.slice(0, 5)) migrate(db);
    const add = db.prepare('INSERT INTO client VALUES (?, ?, ?, NULL, ?, 1, NULL, NULL)');
    for (const [name, scopes] of [
      ['writer', '["turns"]'],
      ['caller', '["models"]'],
    ] as const)
      add.run(crypto.randomUUID(), name, scopes, digestOf(name));
    db.exec('PRAGMA user_version = 5');
    db.close();
    store = new UserStore(file, () => now);
    const scopes = new Map(store.clients().map(({ name, scopes }) => [name, scopes]));
    assert.deepEqual(scopes.get('writer'), ['turns', 'grounding']);
    assert.deepEqual(scopes.get('caller'), ['models']);
    assert.deepEqual(store.status().notices, []);
  });
});
