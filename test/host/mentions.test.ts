import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SessionStore } from '../../src/core/session/store.ts';
import { OpenEditors } from '../../src/host/openEditors.ts';
import { attachBytes, attachUri } from '../../src/host/panel/dropped.ts';
import { MediaShelf } from '../../src/host/panel/mediaShelf.ts';
import { mentionables } from '../../src/host/panel/mentionables.ts';
import { attachMention } from '../../src/host/panel/mentions.ts';
import { StayingOut } from '../../src/host/stayingOut.ts';
import { TerminalRecord } from '../../src/host/terminalRecord.ts';
import type { MentionChoice } from '../../src/protocol/panelContext.ts';
import { ignoredFiles } from '../../src/workers/ignoredFiles.ts';
import { until } from '../support/vscode/until.ts';
import { sessionIds, withSessions } from './support/sessions.ts';
import { at, closeEditors, run, show, started, write } from './support/window.ts';

describe('What can be mentioned in a window', () => {
  const out = new StayingOut({ ignoredFiles });
  const editors = new OpenEditors(out);
  let wanted = true;
  const terminals = new TerminalRecord(() => wanted);
  const parts = { out, editors, terminals, media: new MediaShelf() };
  const problems = vscode.languages.createDiagnosticCollection('causeway-mentions');

  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
    'base64',
  );

  before(async () => {
    await started();
    await vscode.workspace.fs.writeFile(at('mentioned/shot.png'), png);
    await write('mentioned/.causewayignore', 'private.png\n');
    await vscode.workspace.fs.writeFile(at('mentioned/private.png'), png);
    await write('mentioned/first.ts', 'export function first() {\n  return 1;\n}\n');
    await write('mentioned/deep/secondMention.ts', 'export const second = 2;\n');
    await write('.env', 'TOKEN=canary-of-the-environment\n');
    await run('causeway.newSession');
    problems.set(at('mentioned/first.ts'), [
      new vscode.Diagnostic(new vscode.Range(1, 0, 1, 3), 'is never called'),
    ]);
    problems.set(at('.env'), [new vscode.Diagnostic(new vscode.Range(0, 0, 0, 3), 'canary-of-a-problem')]);
  });
  after(async () => {
    problems.dispose();
    terminals.dispose();
    editors.dispose();
    await closeEditors();
  });

  /** With the draft of a session on disk. */
  const inDraft = async <T>(use: (place: { sessionId: string; sessions: SessionStore }) => Promise<T>) => {
    const [sessionId = ''] = await sessionIds();
    return withSessions((sessions) => use({ sessionId, sessions }));
  };
  const attached = (name: string, bytes: Buffer) =>
    inDraft((place) => attachBytes(parts, name, bytes.toString('base64'), place));

  async function typed(letters: string): Promise<MentionChoice[]> {
    const [sessionId = ''] = await sessionIds();
    return withSessions((sessions) => mentionables(parts, { sessions, sessionId, typed: letters }));
  }
  const labels = async (letters: string) =>
    (await typed(letters)).map(({ kind, label }) => `${kind} ${label}`);
  const one = async (letters: string, kind: MentionChoice['kind']) => {
    const found = (await typed(letters)).find((choice) => choice.kind === kind);
    return found ?? assert.fail(`no ${kind} for ${letters}`);
  };

  it('is what fits the letters: files, folders, and what stays out with its reason', async () => {
    assert.deepEqual((await labels('first.ts'))[0], 'file first.ts');
    assert.ok((await labels('mentioned')).includes('folder mentioned'));
    assert.ok((await labels('secMention')).includes('file secondMention.ts'));
    assert.match((await one('.env', 'file')).out ?? '', /made to hold secrets/);
  });

  it('is read when it is sent, where it is a file or a folder that may go', async () => {
    assert.deepEqual(await attachMention(parts, await one('first.ts', 'file')), {
      kind: 'file',
      uri: at('mentioned/first.ts').toString(),
      path: 'mentioned/first.ts',
      languageId: 'typescript',
      text: '',
      mention: true,
    });
    const folder = await attachMention(parts, await one('deep', 'folder'));
    assert.deepEqual([folder?.path, folder?.text], ['mentioned/deep', '']);
  });

  it('is the selection in whole lines, as it is in the editor', async () => {
    assert.ok(!(await labels('')).includes('selection selection'));
    const editor = await show('mentioned/first.ts');
    await editor.edit((edit) => edit.replace(new vscode.Range(1, 9, 1, 10), '42'));
    editor.selection = new vscode.Selection(0, 7, 1, 4);
    const selection = await attachMention(parts, await one('selec', 'selection'));
    assert.deepEqual(
      [selection?.path, selection?.startLine, selection?.endLine, selection?.text],
      ['mentioned/first.ts', 1, 2, 'export function first() {\n  return 42;'],
    );
  });

  it('is the problems of files that may go', async () => {
    const attached = await attachMention(parts, await one('prob', 'problems'));
    assert.match(attached?.text ?? '', /^mentioned\/first\.ts:2 error: is never called$/m);
    assert.ok(!attached?.text.includes('canary'));
  });

  it('is a symbol with all its lines', async () => {
    const provider = vscode.languages.registerDocumentSymbolProvider(
      { pattern: '**/first.ts' },
      {
        provideDocumentSymbols: () => {
          const whole = new vscode.Range(0, 0, 2, 1);
          return [new vscode.DocumentSymbol('first', '', vscode.SymbolKind.Function, whole, whole)];
        },
      },
    );
    const inWorkspace = vscode.languages.registerWorkspaceSymbolProvider({
      provideWorkspaceSymbols: () => [
        new vscode.SymbolInformation(
          'first',
          vscode.SymbolKind.Function,
          '',
          new vscode.Location(at('mentioned/first.ts'), new vscode.Position(0, 16)),
        ),
      ],
    });
    try {
      // The list does not wait long for symbols; another look finds them.
      const symbol = await until('the symbol', async () =>
        (await typed('first')).find(({ kind }) => kind === 'symbol'),
      );
      const attached = await attachMention(parts, symbol);
      assert.deepEqual([attached?.kind, attached?.startLine, attached?.endLine], ['symbol', 1, 3]);
    } finally {
      provider.dispose();
      inWorkspace.dispose();
    }
  });

  it('can be dropped or pasted: pictures and PDFs as they are, notebooks by their cells, other files as text', async () => {
    const dropped = await attachUri(parts, at('mentioned/shot.png').toString());
    const remote = await attachUri(
      parts,
      at('mentioned/shot.png').with({ scheme: 'vscode-remote', authority: 'x' }).toString(),
    );
    assert.deepEqual([dropped?.kind, dropped?.text, remote?.uri], ['image', '', dropped?.uri]);
    const pasted = await attached('image.png', png);
    const pdf = await attached('a.pdf', Buffer.from('%PDF-1.7 ...'));
    assert.ok(dropped && pasted && pdf);
    const { attachments, media } = await inDraft((place) => parts.media.taken([dropped, pasted, pdf], place));
    assert.deepEqual(attachments, []);
    assert.deepEqual(
      media.map(({ type, source }) => [type, source.media_type]),
      [
        ['image', 'image/png'],
        ['image', 'image/png'],
        ['document', 'application/pdf'],
      ],
    );
    const cells = JSON.stringify({ cells: [{ cell_type: 'code', source: 'plot()' }] });
    const notebook = await attached('a.ipynb', Buffer.from(cells));
    assert.equal(notebook?.text, '# Cell 1 (code)\nplot()');
    await write('mentioned/b.ipynb', cells);
    assert.equal((await attachUri(parts, at('mentioned/b.ipynb').toString()))?.text, notebook?.text);
    assert.equal((await attached('a.txt', Buffer.from('words')))?.text, 'words');
  });

  it('that was pasted is sent also by a window that was loaded anew, until the draft has it no more', async () => {
    const pasted = await attached('image.png', png);
    assert.ok(pasted);
    const sent = () => inDraft((place) => new MediaShelf().taken([pasted], place));
    await inDraft(({ sessions, sessionId }) =>
      sessions.setDraft(sessionId, { text: '', attachments: [pasted] }),
    );
    const [media] = (await sent()).media;
    assert.equal(media?.source.data, png.toString('base64'));
    await inDraft(({ sessions, sessionId }) => sessions.setDraft(sessionId, undefined));
    await assert.rejects(sent, { code: 'attachment_unusable' });
  });

  it('is asked about where it is a picture that stays out, however it is named', async () => {
    const uri = at('mentioned/private.png').toString();
    const asked: string[] = [];
    const { showWarningMessage } = vscode.window;
    let answer: string | undefined;
    Object.assign(vscode.window, {
      showWarningMessage: async (words: string) => {
        asked.push(words);
        return answer;
      },
    });
    try {
      const choice = { kind: 'file' as const, uri, label: 'private.png', detail: 'mentioned' };
      const ways = [
        () => attachUri(parts, uri),
        () => attachMention(parts, choice),
        () => attachMention(parts, { ...choice, kind: 'image' }),
      ];
      for (const attach of ways) assert.equal(await attach(), undefined);
      answer = 'Send It';
      for (const attach of ways) assert.equal((await attach())?.kind, 'image');
      assert.equal(asked.filter((words) => words.includes('private.png stays out')).length, 6);
      assert.equal((await attachUri(parts, at('mentioned/shot.png').toString()))?.kind, 'image');
      assert.equal(asked.length, 6);
    } finally {
      Object.assign(vscode.window, { showWarningMessage });
    }
  });

  it('is not marked as staying out where it is a picture that may go', async () => {
    assert.equal((await one('shot.png', 'file')).out, undefined);
    assert.equal((await one('private.png', 'file')).out, '.causewayignore excludes it.');
  });

  const refused: [what: string, attach: () => Promise<unknown>, code: string, words: RegExp][] = [
    [
      'too large a picture',
      () => attached('a.png', Buffer.concat([png, Buffer.alloc(4_000_000)])),
      'attachment_unusable',
      /is the most/,
    ],
    [
      'a picture of another kind',
      () => attached('a.bmp', Buffer.from('BM\0\0\0')),
      'attachment_unusable',
      /no text, no picture/,
    ],
    [
      'a file outside of the workspace',
      () => attachUri(parts, 'file:///etc/passwd'),
      'outside_workspace',
      /not in this workspace/,
    ],
    [
      'a picture outside of the workspace',
      () => parts.media.attach(vscode.Uri.file('/etc/a.png')),
      'attachment_unusable',
      /outside of the workspace/,
    ],
    [
      'what was pasted and is not kept any more',
      () =>
        inDraft((place) =>
          parts.media.of({ kind: 'image', uri: 'causeway-pasted:x', path: 'a.png', text: '' }, place),
        ),
      'attachment_unusable',
      /paste it again/,
    ],
  ];
  for (const [what, attach, code, words] of refused)
    it(`is not ${what}, and it is said why`, async () => {
      await assert.rejects(attach, (error: Error & { code: string }) => {
        assert.equal(error.code, code);
        assert.match(error.message, words);
        return true;
      });
    });

  it('goes unasked where it is open: problems where they are wanted, and a notebook by its cells', async () => {
    const wanting = new OpenEditors(out, () => true);
    try {
      await show('mentioned/first.ts');
      const cells = [
        { cell_type: 'code', source: ['plot()'], metadata: {}, outputs: [], execution_count: null },
      ];
      await write(
        'mentioned/open.ipynb',
        JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }),
      );
      const notebook = await vscode.workspace.openNotebookDocument(at('mentioned/open.ipynb'));
      await vscode.window.showNotebookDocument(notebook);
      const open = await until('both', async () => {
        const all = await wanting.files();
        return all.length >= 2 ? all : undefined;
      });
      const byPath = new Map(open.map((one) => [one.path, one]));
      assert.match(
        byPath.get('mentioned/first.ts')?.problems?.text ?? '',
        /^line 2: error: is never called$/,
      );
      assert.equal(byPath.get('mentioned/open.ipynb')?.text, '# Cell 1 (code)\nplot()');
      assert.equal(
        (await editors.files()).find(({ path }) => path === 'mentioned/first.ts')?.problems,
        undefined,
      );
    } finally {
      wanting.dispose();
    }
  });

  it('is the last command of a terminal with what it printed, and nothing of it while that is switched off', async function () {
    this.timeout(60_000);
    const terminal = vscode.window.createTerminal({ name: 'mentions', shellPath: '/bin/bash' });
    terminal.show();
    try {
      const shell = await until('the shell to tell of its commands', () => terminal.shellIntegration);
      // A shell that is still reading its own files tells nothing of what is typed into it meanwhile.
      const ended = () => terminals.last?.output.includes('printed-42');
      for (let tries = 0; tries < 4 && !ended(); tries++) {
        shell.executeCommand('echo printed-$((40 + 2)); false');
        await until('the command to end', ended, 10_000).catch(() => undefined);
      }
      const attached = await attachMention(parts, await one('term', 'terminal'));
      assert.match(attached?.text ?? '', /^\$ echo printed-[\s\S]*printed-42[\s\S]*\(exit code 1\)$/);
      wanted = false;
      assert.ok(!(await labels('term')).includes('terminal terminal'));
      wanted = true;
      assert.equal(terminals.last, undefined);
    } finally {
      terminal.dispose();
    }
  });
});
