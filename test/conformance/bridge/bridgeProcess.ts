/** A bridge in a process of its own; tells its state as lines of JSON. Used by tests that need several, or kill one. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startBridge } from '../../../src/bridge/bridge.ts';
import { openUserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import type { FakeAnthropic } from '../../support/anthropic/server.ts';
import { startCore, workerUrl } from '../../support/core.ts';
import { testCalls, testLimiter, testRelay } from '../../support/relay.ts';

export interface BridgeProcessOptions {
  stateDir: string;
  port: number;
  workspaceId: string;
  folder: string;
  /** Where Claude answers; only the URL and the key are used. */
  fake?: { url: string; key: string };
}

const options: BridgeProcessOptions = JSON.parse(process.argv[2] ?? '{}');
// Beside the state, so that a process that is started again finds its sessions, and nothing stays of one that is killed.
const folder = join(options.stateDir, 'data', options.workspaceId);
mkdirSync(folder, { recursive: true });
const users = openUserDatabase({ file: join(options.stateDir, 'user.db'), workerUrl: workerUrl('user') });
const calls = testCalls(users);
const core = await startCore({
  folder,
  calls,
  ...(options.fake ? { fake: options.fake as FakeAnthropic } : {}),
});
const tell = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const limiter = testLimiter(core, users);
const bridge = await startBridge({
  version: '0.0.0',
  assistant: core.engine,
  clients: users.clients,
  asking: users.asking,
  keyedTurns: users.keyedTurns,
  relay: testRelay(core, calls, { limiter }),
  calls,
  limiter,
  workspace: { id: options.workspaceId, name: options.folder, folders: [options.folder] },
  stateDir: options.stateDir,
  port: options.port,
  clock: { now: () => Date.now(), monotonic: () => performance.now() },
  log: { info() {}, warn() {}, error: (message, error) => console.error(message, error) },
});
bridge.onDidChange((state) => tell({ ...state, at: Date.now() }));
tell({ ...bridge.state, at: Date.now() });
process.on('SIGTERM', () => {
  void bridge
    .stop()
    .then(() => core.close())
    .then(() => calls.close())
    .then(() => users.close())
    .then(() => process.exit(0));
});
