import assert from 'node:assert/strict';
import { commands, Range, Selection, window } from 'vscode';
import type { BridgeClient } from '../../src/client/client.ts';
import { plainText } from '../../src/protocol/content.ts';
import type { Entry } from '../../src/protocol/entries.ts';
import { until } from '../support/vscode/until.ts';
import { lastSession, startBridge, stopBridge } from './support/bridge.ts';
import { closeEditors, proposals, run, show, write } from './support/window.ts';

/** What was said in the last session, oldest first. */
async function said(client: BridgeClient): Promise<Entry[]> {
  const { sessions } = await client.sessions.list({ limit: 1 });
  return sessions.length === 0 ? [] : (await lastSession(client)).entries;
}

describe('Commands on a selection', () => {
  let client: BridgeClient;
  before(async () => {
    ({ client } = await startBridge());
  });
  afterEach(closeEditors);
  after(stopBridge);

  const onSelection = [
    'causeway.explain',
    'causeway.fix',
    'causeway.refactor',
    'causeway.writeTests',
    'causeway.document',
    'causeway.askAboutSelection',
    'causeway.addSelectionToChat',
  ] as const;

  for (const command of onSelection) {
    it(`end without an error or a turn where no file is open: ${command}`, async () => {
      const before = (await said(client)).length;
      await run(command);
      assert.equal((await said(client)).length, before);
      assert.deepEqual(proposals(), []);
    });
  }

  it('end without a turn where nothing is selected and the cursor is in no declaration', async () => {
    await write('notes.txt', '\n\nwords\n');
    await show('notes.txt', 1);
    const before = (await said(client)).length;
    await run('causeway.explain');
    assert.equal((await said(client)).length, before);
  });

  it('explain the selected lines, whole, without any model', async () => {
    const editor = await show('src/expiry.ts', 7);
    editor.selection = new Selection(6, 10, 8, 1);
    await run('causeway.explain');
    const [user, answer] = (await said(client)).slice(-2);
    assert.ok(user?.kind === 'user' && answer?.kind === 'assistant');
    assert.equal(user.door, 'command');
    const [attachment] = user.attachments ?? [];
    assert.equal(attachment?.kind, 'selection');
    assert.equal(attachment?.path, 'src/expiry.ts');
    assert.deepEqual([attachment?.startLine, attachment?.endLine], [7, 9]);
    assert.match(attachment?.text ?? '', /^export function isExpired/);
    assert.match(attachment?.text ?? '', /\n\}$/);
    assert.equal(answer.provider, 'offline');
    assert.equal(answer.outcome, 'done');
    assert.notEqual(plainText(answer.content), '');
  });

  it('take the lines that the lightbulb names', async () => {
    await show('src/bytes.ts', 1);
    await run('causeway.explain', new Range(0, 3, 0, 10));
    const user = (await said(client)).findLast(({ kind }) => kind === 'user');
    assert.ok(user?.kind === 'user');
    assert.deepEqual([user.attachments?.[0]?.startLine, user.attachments?.[0]?.endLine], [1, 1]);
  });

  it('take the declaration around the cursor where nothing is selected', async () => {
    const editor = await show('src/expiry.ts', 8);
    // The language server of a window that has just opened needs a while.
    await until(
      'the declarations of the file',
      async () => {
        const symbols: unknown = await commands.executeCommand(
          'vscode.executeDocumentSymbolProvider',
          editor.document.uri,
        );
        return Array.isArray(symbols) && symbols.length > 0;
      },
      25_000,
    );
    await run('causeway.explain');
    const user = (await said(client)).findLast(({ kind }) => kind === 'user');
    assert.ok(user?.kind === 'user');
    assert.match(user.attachments?.[0]?.text ?? '', /^export function isExpired[\s\S]*\}$/);
  });

  it('change nothing without a model: quotes cannot change code', async () => {
    await show('src/expiry.ts', 7, 9);
    const before = (await said(client)).length;
    for (const command of [
      'causeway.fix',
      'causeway.refactor',
      'causeway.document',
      'causeway.writeTests',
    ] as const) {
      await run(command);
    }
    assert.equal((await said(client)).length, before);
    assert.deepEqual(proposals(), []);
    assert.equal(window.activeTextEditor?.document.isDirty, false);
  });
});
