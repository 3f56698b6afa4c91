import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Attachment, Door } from '../../../../src/protocol/entries.ts';
import type { ContextReport } from '../../../../src/protocol/report.ts';
import { workspaceFilesOnDisk } from '../../../../src/workspaceFilesOnDisk.ts';
import { workspaceHistory } from '../../../../src/workspaceHistoryByGit.ts';
import { answer } from '../../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../../support/core.ts';
import { type WorkspaceFolder, workspaceFolder } from '../../../support/workspaceFolder.ts';

const functions = (count: number, word: string) =>
  Array.from(
    { length: count },
    (_, index) => `export function ${word}${index}() {\n  const value = ${index};\n  return value;\n}\n`,
  ).join('\n');

describe('What is mentioned in an input', () => {
  let core: TestCore;
  let folder: WorkspaceFolder;
  let sessionId: string;
  const uri = (path: string) => pathToFileURL(join(folder.path, path)).href;
  const mention = (kind: Attachment['kind'], path: string, more: Partial<Attachment> = {}): Attachment => ({
    kind,
    uri: uri(path),
    path,
    text: '',
    mention: true,
    ...more,
  });

  before(async () => {
    folder = workspaceFolder({
      'src/a.ts': 'export const a = 1;\nexport function retry() {\n  return a;\n}\n',
      'src/b.ts': 'export const b = 2;\n',
      'src/long.ts': `${functions(9_000, 'thing')}\n// The zebra is striped.\nexport const zebra = 1;\n`,
      '.env': 'PASSWORD=the canary\n',
      'key.txt': `the canary\n-----BEGIN ${'PRIVATE'} KEY-----\n`,
      '.causewayignore': 'drafts/\n',
      'drafts/a.ts': 'the canary\n',
      'src/deep/c.ts': 'export const c = 3;\n',
      'notes/n.ipynb': JSON.stringify({ cells: [{ cell_type: 'code', source: ['print(1)'] }] }, undefined, 1),
    });
    const sources = {
      files: workspaceFilesOnDisk({
        roots: () => [folder.path],
        excludes: () => [],
        openFiles: async () => [],
      }),
      history: workspaceHistory(() => [folder.path]),
      search: { search: async () => [] },
      isTrusted: () => true,
    };
    core = await startCore({ workspaceSources: sources });
  });
  beforeEach(async () => {
    sessionId = (await core.store.create({ door: 'cli' })).id;
  });
  after(async () => {
    await core.close();
    folder.remove();
  });

  const ask = (attachments: Attachment[], text = 'Why?', door: Door = 'panel') => ({
    text,
    attachments,
    grounding: 'off' as const,
    door,
  });
  const preview = (attachments: Attachment[], text?: string): Promise<ContextReport> =>
    core.engine.preview(sessionId, ask(attachments, text));
  const quoted = ({ segments }: ContextReport) => segments.filter(({ kind }) => kind === 'grounding');
  const labels = (report: ContextReport) => quoted(report).map(({ label }) => label);

  it('goes whole where it fits, with its lines and the reason, also where grounding is off', async () => {
    const report = await preview([mention('file', 'src/a.ts')]);
    assert.deepEqual(
      quoted(report).map(({ label, reason, place, text }) => [label, reason, place?.startLine, text]),
      [
        [
          'src/a.ts:1-4',
          'You mentioned it.',
          1,
          'export const a = 1;\nexport function retry() {\n  return a;\n}',
        ],
      ],
    );
  });

  it('goes as passages that can be cited, and not as a part of what was said', async () => {
    core.fake.enqueue(answer('Because.'), answer('Yes.'));
    const take = async (input: ReturnType<typeof ask>) => {
      const { events } = await core.engine.startTurn(sessionId, input);
      for await (const event of events) assert.ok(event.type);
    };
    await take(ask([mention('file', 'src/a.ts')]));
    const sent = JSON.stringify(core.fake.requests.at(-1)?.body);
    assert.match(sent, /"search_result"/);
    assert.match(sent, /export function retry/);
    // It belongs to its own turn.
    await take(ask([], 'And then?'));
    assert.doesNotMatch(JSON.stringify(core.fake.requests.at(-1)?.body), /export function retry/);
  });

  it('goes in its best parts where it does not fit, and the rest is named', async () => {
    const asked = ask([mention('file', 'src/long.ts')], 'Where is the striped zebra?');
    const report = await core.engine.preview(sessionId, { ...asked, model: 'anthropic/claude-haiku-4-5' });
    const all = quoted(report);
    assert.ok(all.some(({ text }) => text?.includes('The zebra is striped.')));
    assert.match(all[0]?.reason ?? '', /These lines of it fit the input best/);
    assert.ok(all.reduce((sum, { tokens }) => sum + tokens, 0) < report.budget * 0.4);
    assert.deepEqual(
      report.omitted.map(({ label }) => label),
      ['The rest of src/long.ts'],
    );
    for (const { place, text } of all)
      assert.equal(text?.split('\n').length, (place?.endLine ?? 0) - (place?.startLine ?? 0) + 1);
  });

  const named: [what: string, mentions: () => Attachment[], expected: string[]][] = [
    ['a symbol', () => [mention('symbol', 'src/a.ts', { startLine: 2, endLine: 4 })], ['src/a.ts:2-4']],
    [
      'a folder, deep too',
      () => [mention('folder', 'src/deep'), mention('file', 'src/b.ts')],
      ['src/deep/c.ts:1', 'src/b.ts:1'],
    ],
    [
      'a selection as it is in the editor',
      () => [mention('selection', 'src/a.ts', { startLine: 1, endLine: 2, text: 'unsaved\nlines' })],
      ['src/a.ts:1-2'],
    ],
    ['problems', () => [mention('problems', 'src/a.ts', { text: 'line 1: error: no' })], ['src/a.ts']],
    ['a diff', () => [mention('diff', 'changes', { text: '+ more' })], ['changes']],
    ['the last command', () => [mention('terminal', 'npm test', { text: '1 failing' })], ['npm test']],
  ];
  for (const [what, mentions, expected] of named)
    it(`can be ${what}`, async () => assert.deepEqual(labels(await preview(mentions())), expected));

  for (const [what, mentioned] of [
    ['of a folder', () => mention('folder', 'notes')],
    ['that a program names', () => mention('file', 'notes/n.ipynb')],
    ['by some lines', () => mention('symbol', 'notes/n.ipynb', { startLine: 1, endLine: 2 })],
  ] as const)
    it(`can be a notebook ${what}, which is not cited by lines that its file does not have`, async () => {
      const [segment] = quoted(await preview([mentioned()]));
      assert.deepEqual([segment?.label, segment?.place], ['notes/n.ipynb', undefined]);
      assert.match(segment?.text ?? '', /path="notes\/n\.ipynb".*>\n# Cell 1 \(code\)\nprint\(1\)\n</);
    });

  it('can be a session, whose words stand in tags', async () => {
    const other = await core.store.create({ door: 'cli', title: 'Retries' });
    core.fake.enqueue(answer('They wait for the clock.'));
    const { events } = await core.engine.startTurn(other.id, { text: 'Why do they wait?', door: 'cli' });
    for await (const event of events) assert.ok(event.type);
    const attachment = mention('session', 'Retries', { uri: `causeway-session:${other.id}` });
    const [segment] = quoted(await preview([attachment]));
    assert.match(
      segment?.text ?? '',
      /^<session path="Retries">[\s\S]*Why do they wait\?[\s\S]*They wait for the clock\.[\s\S]*<\/session>$/,
    );
    await core.store.trash(other.id);
    assert.deepEqual(labels(await preview([attachment])), []);
    for (const door of ['bridge', 'mcp'] as const)
      await assert.rejects(core.engine.startTurn(sessionId, ask([attachment], 'Why?', door)), {
        code: 'invalid_input',
      });
  });

  it('is a session without the keys in it, though only some of their lines fit', async () => {
    const other = await core.store.create({ door: 'cli', title: 'Keys' });
    const body = Array.from({ length: 250 }, (_, index) => `zebra/canary${index}/`.padEnd(64, 'A'));
    const key = ['-----BEGIN RSA PRIVATE KEY-----', ...body, '-----END RSA PRIVATE KEY-----'].join('\n');
    const text = `${functions(9_000, 'thing')}\n\n${key}\n\nThe zebra is striped.`;
    // As it was stored before there was masking.
    await core.store.append(other.id, [
      {
        kind: 'user',
        id: crypto.randomUUID(),
        at: Date.now(),
        door: 'cli',
        turnId: crypto.randomUUID(),
        content: [{ type: 'text', text }],
        grounding: 'off',
      },
    ]);
    const attachment = mention('session', 'Keys', { uri: `causeway-session:${other.id}` });
    const asked = { ...ask([attachment], 'Where is the zebra?'), model: 'anthropic/claude-haiku-4-5' };
    const sent = quoted(await core.engine.preview(sessionId, asked));
    assert.ok(sent.some((part) => part.text?.includes('The zebra is striped.')));
    assert.doesNotMatch(JSON.stringify(sent), /canary/);
  });

  const elsewhere = /^It lies outside of the workspace, or a link leads out of it\.$/;
  const out: [what: string, reason: RegExp, attachment: () => Attachment][] = [
    [
      'is made to hold secrets',
      /Files of this name are made to hold secrets\./,
      () => mention('file', '.env'),
    ],
    ['holds a private key', /It holds a private key\./, () => mention('file', 'key.txt')],
    ['is ignored', /\.causewayignore excludes it\./, () => mention('file', 'drafts/a.ts')],
    ['is a folder that is ignored', /\.causewayignore excludes it\./, () => mention('folder', 'drafts')],
    ['is not there', /^Nothing that can be read is there\.$/, () => mention('file', 'src/none.ts')],
    ['has no text', /^There is no text in it\.$/, () => mention('symbol', 'src/b.ts', { startLine: 9 })],
    ['lies elsewhere', elsewhere, () => mention('file', 'a.ts', { uri: 'file:///etc/passwd' })],
    ['climbs', elsewhere, () => mention('file', 'a.ts', { uri: `${uri('src')}/../../../../etc/passwd` })],
    [
      'lies on another machine',
      elsewhere,
      () => mention('file', 'a.ts', { uri: 'file://server/share/a.ts' }),
    ],
    ['is in another scheme', elsewhere, () => mention('file', 'a.ts', { uri: 'git:/src/a.ts' })],
  ];
  for (const [what, reason, attachment] of out)
    it(`is named and not read where it ${what} (threat 10)`, async () => {
      const report = await preview([attachment()]);
      assert.deepEqual(labels(report), []);
      assert.deepEqual(
        report.omitted.map(({ label }) => label),
        [attachment().path],
      );
      assert.match(report.omitted[0]?.reason ?? '', reason);
      assert.doesNotMatch(JSON.stringify(report), /canary|root:/);
    });

  it('is what the user confirmed where it stays out, as it was then', async () => {
    const report = await preview([mention('file', '.env', { text: 'PORT=80\n' })]);
    assert.deepEqual(
      quoted(report).map(({ label, text }) => [label, text]),
      [['.env:1', 'PORT=80']],
    );
  });

  it('shares the room with others, and is sent once beside open files', async () => {
    core.workspace.openFiles = [
      { uri: uri('src/a.ts'), path: 'src/a.ts', languageId: 'ts', text: 'export const a = 1;', active: true },
    ];
    const input = {
      ...ask([mention('file', 'src/a.ts'), mention('file', 'src/b.ts')]),
      grounding: 'open_files' as const,
    };
    const report = await core.engine.preview(sessionId, input);
    core.workspace.openFiles = [];
    assert.deepEqual(labels(report), ['src/a.ts:1-4', 'src/b.ts:1']);
  });

  it('is left out of a turn, or said in other words, as every part of the context', async () => {
    const attachment = mention('file', 'src/a.ts');
    const [segment] = quoted(await preview([attachment]));
    const partId = segment?.partId ?? '';
    const without = await core.engine.preview(sessionId, { ...ask([attachment]), excluded: [partId] });
    assert.deepEqual(labels(without), []);
    const replaced = [{ partId, text: 'something else' }];
    const [other] = quoted(await core.engine.preview(sessionId, { ...ask([attachment]), replaced }));
    assert.match(other?.text ?? '', /<selection [^>]*>\nsomething else\n/);
    assert.equal(other?.place, undefined);
  });
});
