import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Range, Uri, window, workspace } from 'vscode';
import { answer } from '../support/anthropic/script.ts';
import { canaries } from '../support/canaries.ts';
import { type Claude, startClaude } from './support/claude.ts';
import { closeEditors, run, set, show, started, write } from './support/window.ts';

describe('What is sent to a model', () => {
  let claude: Claude;
  before(async () => {
    await started();
    claude = await startClaude();
    claude.fake.always(() => answer('Yes.'));
    await write('.env', 'TOKEN=canary-of-the-environment\n');
    await write('open.ts', 'export const canaryOfTheOpenFile = 1;\n');
    await write('asked.txt', 'the line that is asked about\nanother line\n');
  });
  afterEach(async () => {
    await closeEditors();
    for (const name of [
      'grounding',
      'instructions',
      'maxOutputTokens',
      'thinking',
      'model',
      'privacy.localOnly',
    ] as const) {
      await set(name, undefined);
    }
  });
  after(() => claude.close());

  /** Asks about a line while other files are open. */
  async function ask(): Promise<string> {
    await show('open.ts');
    await show('.env');
    await show('asked.txt', 1, 1);
    await run('causeway.newSession');
    await run('causeway.explain');
    return claude.lastSent();
  }

  it('is what is open, and never a file made to hold secrets', async () => {
    await set('grounding', 'open_files');
    const sent = await ask();
    assert.match(sent, /the line that is asked about/);
    assert.match(sent, /another line/);
    assert.match(sent, /canaryOfTheOpenFile/);
    assert.ok(!sent.includes('canary-of-the-environment'));
  });

  it('is nothing of an open file that is excluded, and of a secret its placeholder', async () => {
    const [canary] = canaries(8).filter(({ kind }) => kind === 'github');
    assert.ok(canary);
    await set('grounding', 'open_files');
    await write('private/.gitignore', 'kept.ts\n');
    await write('private/kept.ts', 'export const canaryOfTheIgnoredFile = 1;\n');
    await write('private/.causewayignore', 'own.ts\n');
    await write('private/own.ts', 'export const canaryOfOurIgnoredFile = 1;\n');
    await write('private/token.ts', `export const token = '${canary.secret}';\n`);
    for (const name of ['kept', 'own', 'token']) await show(`private/${name}.ts`);
    const sent = await ask();
    assert.ok(!sent.includes('canaryOfTheIgnoredFile'));
    assert.ok(!sent.includes('canaryOfOurIgnoredFile'));
    assert.ok(!sent.includes(canary.secret));
    assert.match(sent, /export const token = '\[secret:github:[\da-f]{10}\]'/);
  });

  it('is nothing of an open file outside of the workspace, unless it is what is asked about', async () => {
    await set('grounding', 'open_files');
    const folder = await mkdtemp(join(tmpdir(), 'causeway-elsewhere-'));
    const elsewhere = Uri.file(join(folder, 'elsewhere.ts'));
    await workspace.fs.writeFile(elsewhere, Buffer.from('export const canaryOfElsewhere = 1;\n'));
    await window.showTextDocument(elsewhere, { preview: false });
    assert.ok(!(await ask()).includes('canaryOfElsewhere'));

    await window.showTextDocument(elsewhere, { selection: new Range(0, 0, 1, 0) });
    await run('causeway.explain');
    assert.match(await claude.lastSent(), /canaryOfElsewhere/);
    await rm(folder, { recursive: true });
  });

  it('is nothing at all where the workspace is marked local-only', async () => {
    await ask();
    const before = claude.fake.requests.length;
    await set('privacy.localOnly', true);
    await show('asked.txt', 1, 1);
    await run('causeway.explain');
    assert.equal(claude.fake.requests.length, before);
  });

  it('is only what was selected where grounding is off', async () => {
    await set('grounding', 'off');
    const sent = await ask();
    assert.match(sent, /the line that is asked about/);
    assert.ok(!sent.includes('another line'));
    assert.ok(!sent.includes('canaryOfTheOpenFile'));
  });

  it('begins with what the workspace tells assistants', async () => {
    await ask();
    const { body } = await claude.fake.received(claude.count());
    const system = JSON.stringify(Reflect.get(Object(body), 'system'));
    assert.match(system, /do not add a test framework/);
  });

  it('has the instructions of the user', async () => {
    await set('instructions', 'Answer in the voice of a pirate.');
    assert.match(await ask(), /in the voice of a pirate/);
  });

  it('asks for as many tokens as the setting allows', async () => {
    await set('maxOutputTokens', 512);
    await set('thinking', false);
    assert.match(await ask(), /"max_tokens":512\b/);
  });

  const unusable: { name: 'maxOutputTokens' | 'grounding' | 'instructions'; value: unknown }[] = [
    { name: 'maxOutputTokens', value: 1 },
    { name: 'maxOutputTokens', value: 1_000_000 },
    { name: 'maxOutputTokens', value: 'many' },
    { name: 'instructions', value: 'x'.repeat(20_001) },
  ];
  for (const { name, value } of unusable) {
    it(`is as without the setting where ${name} is ${String(value).slice(0, 20)}`, async () => {
      await set('thinking', false);
      await set(name, value);
      const sent = await ask();
      assert.match(sent, /"max_tokens":16000\b/);
      assert.ok(!sent.includes('xxxxxxxxxx'));
    });
  }
});
