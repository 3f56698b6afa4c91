import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TurnEvent } from '../../src/protocol/turnEvents.ts';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { startBridge, stopBridge } from './support/bridge.ts';
import { type Claude, startClaude } from './support/claude.ts';
import { at, closeEditors, set, started, write } from './support/window.ts';

/** A language server in this file, which knows one symbol: its definition, a use, and one that nobody may be told of. */
const name = 'openVaultDoor';
/** A busy machine may take some turns until one has it in time. */
const patienceMs = 60_000;
const line = (path: string, number: number) =>
  new vscode.Location(at(path), new vscode.Range(number - 1, 0, number - 1, 40));
const providers = (asked: string[]): vscode.Disposable[] => [
  vscode.languages.registerWorkspaceSymbolProvider({
    provideWorkspaceSymbols(query) {
      asked.push(query);
      if (query !== name) return [];
      const of = (path: string, number: number) =>
        new vscode.SymbolInformation(`${name}()`, vscode.SymbolKind.Function, '', line(path, number));
      return [of('.env', 1), of('vault/door.vault', 3)];
    },
  }),
  vscode.languages.registerReferenceProvider(
    { pattern: '**/*.vault' },
    { provideReferences: () => [line('vault/door.vault', 3), line('.env', 1), line('vault/house.vault', 2)] },
  ),
];

describe('A question that names a symbol', () => {
  let claude: Claude;
  const asked: string[] = [];
  const kept: vscode.Disposable[] = [];
  before(async () => {
    await started();
    claude = await startClaude();
    claude.fake.always(() => answer('Here.'));
    await write('vault/door.vault', `the vault\n\nto ${name}\n  turn the key\n\nthe end\n`);
    await write('vault/house.vault', `the house\n${name} at nine\n`);
    await write('.env', `${name}=canary-of-the-environment\n`);
    await set('grounding', 'workspace');
    kept.push(...providers(asked));
  });
  after(async () => {
    for (const one of kept) one.dispose();
    await set('grounding', undefined);
    await stopBridge();
    await closeEditors();
    await claude.close();
  });

  /** What the report of the turn says. */
  async function reportOf(text: string): Promise<string> {
    const { client } = await startBridge();
    const session = await client.sessions.create({ title: 'About the vault' });
    const events: TurnEvent[] = [];
    for await (const event of client.turn(session.id, { text })) events.push(event);
    assert.equal(events.at(-1)?.type, 'turn.ended');
    return JSON.stringify(await client.sessions.context(session.id));
  }

  it('goes with where the language server says that it is defined and used', async function () {
    this.timeout(2 * patienceMs);
    const said = (place: string, as: string) =>
      new RegExp(`${place}.{0,300}${name}, which the input names, is ${as} here`);
    const defined = said('vault/door\\.vault:3-4', 'defined');
    const used = said('vault/house\\.vault:1-2', 'used');
    // A turn goes without what a machine with much else to do does not tell in time.
    await until(
      'the language server to be in time',
      async () => {
        const report = await reportOf(`When does ${name} run?`);
        return defined.test(report) && used.test(report);
      },
      patienceMs,
    );
    const sent = claude.lastSent();
    assert.match(sent, /turn the key/);
    assert.match(sent, /the house/);
    assert.ok(!sent.includes('canary-of'));
  });

  it('is not taken to the language servers where it names none', async () => {
    asked.length = 0;
    await reportOf('When is the house opened?');
    assert.deepEqual(asked, []);
  });
});
