import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Emitter } from '../../../src/base/emitter.ts';
import { McpOffer } from '../../../src/host/mcpOffer.ts';
import type { OfferedServer } from '../../../src/host/mcpProvider.ts';
import type { BridgeState } from '../../../src/protocol/bridge.ts';
import { openUserDatabase, type UserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import { workerUrl } from '../../support/core.ts';

const stateAt = (port: number): BridgeState => ({
  role: 'owner',
  port,
  addresses: ['127.0.0.1'],
  missing: [],
});

describe('The bridge as an MCP server for other assistants in the editor', () => {
  let folder: string;
  let user: UserDatabase;
  let logged: string[];
  let kept: string | undefined;
  let offered: OfferedServer | undefined;
  let workspace: { id: string };
  let changes: Emitter<BridgeState | undefined>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-offer-'));
    user = openUserDatabase({ file: join(folder, 'user.db'), workerUrl: workerUrl('user') });
    logged = [];
    kept = undefined;
    offered = undefined;
    changes = new Emitter();
    const identity = { uri: 'file:///w', name: 'w', folders: ['file:///w'], fingerprint: undefined };
    ({ workspace } = await user.workspaces.resolve(identity, []));
  });
  afterEach(async () => {
    await user.close();
    rmSync(folder, { recursive: true });
  });
  const open = (state?: BridgeState) => {
    const write = (message: string) => void logged.push(message);
    return new McpOffer({
      bridge: { state, onDidChange: changes.event },
      core: () => ({ resolved: { workspace }, user }),
      offer: (server) => {
        offered = server;
      },
      memory: {
        get: () => kept,
        set: async (id) => {
          kept = id;
        },
      },
      clientName: 'Editor',
      log: { info: write, warn: write, error: write },
    });
  };
  const tokenOf = async (server = offered): Promise<string | undefined> =>
    (await server?.headers())?.authorization?.replace(/^Bearer /, '');
  const find = async (token: string | undefined) => user.clients.find(token ?? '');

  it('is offered while the bridge runs, at its port', async () => {
    const offer = open();
    const url = () => offered?.url;
    assert.equal(url(), undefined);
    changes.fire(stateAt(61900));
    assert.equal(url(), 'http://127.0.0.1:61900/mcp');
    changes.fire(undefined);
    assert.equal(url(), undefined);
    await offer.close();
  });

  it('lets nobody in before it is started, and then with what an assistant needs, here alone', async () => {
    const offer = open(stateAt(61900));
    assert.deepEqual(await user.clients.list(), []);
    const token = await tokenOf();
    const client = await find(token);
    assert.deepEqual(client?.scopes, ['turns', 'sessions:read']);
    assert.equal(client?.workspaceId, workspace.id);
    assert.equal(await tokenOf(), token, 'one client for one run of the bridge');
    assert.equal((await user.clients.list()).length, 1);
    assert.ok(token && !kept?.includes(token) && logged.length === 0);
    await offer.close();
  });

  const ends: [string, (offer: McpOffer) => void | Promise<void>][] = [
    ['stops', () => changes.fire(undefined)],
    ['moves', () => changes.fire(stateAt(61901))],
    ['is closed with its window', (offer) => offer.close()],
  ];
  for (const [what, end] of ends)
    it(`takes its token back when the bridge ${what}`, async () => {
      const offer = open(stateAt(61900));
      const before = offered;
      const token = await tokenOf();
      assert.ok(await find(token));
      await end(offer);
      assert.equal(await before?.headers(), undefined);
      assert.equal(await find(token), undefined);
      assert.equal(kept, undefined);
      await offer.close();
    });

  it('takes the token of a window that crashed back when the next one starts', async () => {
    open(stateAt(61900));
    const token = await tokenOf();
    const next = open(stateAt(61900));
    assert.notEqual(await tokenOf(), token);
    assert.equal(await find(token), undefined);
    await next.close();
  });

  it('keeps whom the user has revoked out until the bridge is started anew', async () => {
    const offer = open(stateAt(61900));
    await user.clients.revoke((await find(await tokenOf()))?.id ?? '');
    assert.equal(await tokenOf(), undefined);
    changes.fire(undefined);
    changes.fire(stateAt(61900));
    assert.ok(await find(await tokenOf()));
    await offer.close();
  });
});
