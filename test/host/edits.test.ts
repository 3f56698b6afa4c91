import assert from 'node:assert/strict';
import { rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Diagnostic, DiagnosticSeverity, languages, Range, WorkspaceEdit, window, workspace } from 'vscode';
import { existingDocument } from '../../src/host/edits/existingDocument.ts';
import { answer, words } from '../support/anthropic/script.ts';
import { canaries } from '../support/canaries.ts';
import { until } from '../support/vscode/until.ts';
import { type Claude, startClaude } from './support/claude.ts';
import {
  at,
  closeEditors,
  onDisk,
  proposals,
  proposed,
  run,
  show,
  started,
  write,
} from './support/window.ts';

const original = 'export function one() {\n  return 1;\n}\n\nexport function two() {\n  return 2;\n}\n';
const improved = original.replace('return 1;', 'return 1.0;');
const block = (code: string, info = 'ts') =>
  answer(`Here it is.\n\n\`\`\`${info}\n${code}\n\`\`\`\n\nShorter now.`);
const better = block('export function one() {\n  return 1.0;\n}');

describe('An edit that Causeway proposes', () => {
  let claude: Claude;
  // A file of its own for each test: VS Code keeps documents for a while after their editors are closed.
  let path: string;
  let testPath: string;
  let number = 0;
  before(async () => {
    await started();
    claude = await startClaude();
  });
  beforeEach(async () => {
    path = `edited${++number}.ts`;
    testPath = `edited${number}.test.ts`;
    await write(path, original);
  });
  afterEach(closeEditors);
  after(() => claude.close());

  for (const command of ['causeway.refactor', 'causeway.document', 'causeway.fix'] as const) {
    it(`is shown as a diff and written when it is accepted: ${command}`, async () => {
      await show(path, 1, 3);
      claude.fake.enqueue(better);
      await run(command);
      assert.equal(await proposed(), improved);
      assert.equal(await onDisk(path), original);
      await run('causeway.acceptEdit');
      assert.equal(await onDisk(path), improved);
      assert.deepEqual(proposals(), []);
      assert.equal(window.activeTextEditor?.document.uri.path, at(path).path);
      assert.equal(window.activeTextEditor?.document.isDirty, false);
    });
  }

  it('has what was masked in the lines exactly as it was', async () => {
    const [canary] = canaries(7).filter(({ kind }) => kind === 'stripe');
    assert.ok(canary);
    const text = `export function pay() {\n  return charge('${canary.secret}');\n}\n`;
    await write(path, text);
    await show(path, 1, 3);
    claude.fake.always((body) => {
      const [placeholder = ''] = /\[secret:stripe:[\da-f]{10}\]/.exec(JSON.stringify(body)) ?? [];
      return block(`export function pay() {\n  return charge('${placeholder}', 1);\n}`);
    });
    await run('causeway.refactor');
    claude.fake.always(undefined);
    assert.ok(!claude.lastSent().includes(canary.secret));
    assert.equal(await proposed(), text.replace("')", "', 1)"));
    await run('causeway.acceptEdit');
    assert.equal(await onDisk(path), text.replace("')", "', 1)"));
  });

  it('is not made anew of a file that is there and cannot be opened as text', async () => {
    const binary = `binary${number}.ts`;
    await workspace.fs.writeFile(at(binary), Buffer.from([0, 1, 2, 0, 255, 254, 0, 3]));
    await assert.rejects(existingDocument(at(binary)), { code: 'edit_unreadable' });
    assert.equal(await existingDocument(at(`missing${number}.ts`)), undefined);
    assert.equal((await existingDocument(at(path)))?.getText(), original);
  });

  it('takes the indentation of the lines it is for', async () => {
    await write(path, 'class A {\n  one() {\n    return 1;\n  }\n}\n');
    await show(path, 2, 4);
    claude.fake.enqueue(block('one() {\n  return 1.0;\n}'));
    await run('causeway.refactor');
    assert.equal(await proposed(), 'class A {\n  one() {\n    return 1.0;\n  }\n}\n');
  });

  it('keeps the line breaks of the file', async () => {
    await write(path, original.replaceAll('\n', '\r\n'));
    await show(path, 1, 3);
    claude.fake.enqueue(better);
    await run('causeway.refactor');
    await run('causeway.acceptEdit');
    assert.equal(await onDisk(path), improved.replaceAll('\n', '\r\n'));
  });

  it('sends the problems of the selection, and no other ones, with Fix', async () => {
    const problems = languages.createDiagnosticCollection('suite');
    problems.set(at(path), [
      new Diagnostic(new Range(1, 2, 1, 8), 'One is not exact.', DiagnosticSeverity.Warning),
      new Diagnostic(new Range(5, 2, 5, 8), 'Two is not exact.', DiagnosticSeverity.Error),
    ]);
    await show(path, 1, 3);
    claude.fake.enqueue(better);
    await run('causeway.fix');
    assert.match(claude.lastSent(), /line 2: warning: One is not exact\./);
    assert.ok(!claude.lastSent().includes('Two is not exact.'));
    problems.dispose();
  });

  for (const stopReason of ['max_tokens', 'refusal'] as const) {
    it(`is none where the answer ended with ${stopReason}`, async () => {
      await show(path, 1, 3);
      claude.fake.enqueue({ ...answer('Here:\n\n```ts\nexport function one() {\n'), stopReason });
      await run('causeway.refactor');
      assert.deepEqual(proposals(), []);
      assert.equal(await onDisk(path), original);
    });
  }

  it('leaves the file as it was when it is discarded', async () => {
    await show(path, 1, 3);
    claude.fake.enqueue(better);
    await run('causeway.refactor');
    await run('causeway.discardEdit');
    assert.deepEqual(proposals(), []);
    assert.equal(await onDisk(path), original);
  });

  it('writes nothing over what was typed since, and stays', async () => {
    const { document } = await show(path, 1, 3);
    claude.fake.enqueue(better);
    await run('causeway.refactor');
    const typed = new WorkspaceEdit();
    typed.insert(document.uri, document.positionAt(0), '// mine\n');
    await workspace.applyEdit(typed);
    await run('causeway.acceptEdit');
    assert.equal(document.getText(), `// mine\n${original}`);
    assert.equal(await onDisk(path), original);
    assert.equal(proposals().length, 1);
    await document.save();
  });

  it('finds its lines again when others were typed while the answer came', async () => {
    const { document } = await show(path, 1, 3);
    const text = 'Here:\n\n```ts\nexport function one() {\n  return 1.0;\n}\n```\n';
    claude.fake.enqueue({ kind: 'drip', text, gated: true });
    const asked = run('causeway.refactor');
    await claude.fake.gate.arrived();
    const typed = new WorkspaceEdit();
    typed.insert(document.uri, document.positionAt(0), '// mine\n// mine too\n');
    await workspace.applyEdit(typed);
    claude.fake.gate.step(words(text).length);
    await asked;
    assert.equal(await proposed(), `// mine\n// mine too\n${improved}`);
    await document.save();
  });

  it('is not shown when its lines were changed while the answer came', async () => {
    const { document } = await show(path, 1, 3);
    const text = '```ts\nexport function one() {}\n```\n';
    claude.fake.enqueue({ kind: 'drip', text, gated: true });
    const asked = run('causeway.refactor');
    await claude.fake.gate.arrived();
    const typed = new WorkspaceEdit();
    typed.replace(document.uri, new Range(1, 9, 1, 10), '100');
    await workspace.applyEdit(typed);
    claude.fake.gate.step(words(text).length);
    await asked;
    assert.deepEqual(proposals(), []);
    assert.match(document.getText(), /return 100;/);
    await document.save();
  });

  it('leaves a file with unsaved changes unsaved', async () => {
    const { document } = await show(path, 1, 3);
    const typed = new WorkspaceEdit();
    typed.insert(document.uri, document.positionAt(original.length), '// mine\n');
    await workspace.applyEdit(typed);
    claude.fake.enqueue(better);
    await run('causeway.refactor');
    await run('causeway.acceptEdit');
    assert.equal(document.getText(), `${improved}// mine\n`);
    assert.equal(document.isDirty, true);
    assert.equal(await onDisk(path), original);
    await document.save();
  });

  it('makes a new file of the tests that were asked for', async () => {
    await show(path, 1, 3);
    claude.fake.enqueue(block("import { one } from './edited.ts';", `ts ${testPath}`));
    await run('causeway.writeTests');
    assert.match(claude.lastSent(), new RegExp(`one code block for ${testPath}`));
    assert.equal(await proposed(), "import { one } from './edited.ts';\n");
    assert.equal(await onDisk(testPath), undefined);
    await run('causeway.acceptEdit');
    assert.equal(await onDisk(testPath), "import { one } from './edited.ts';\n");
  });

  it('does not overwrite a file that came to be meanwhile', async () => {
    await show(path, 1, 3);
    claude.fake.enqueue(block('new', `ts ${testPath}`));
    await run('causeway.writeTests');
    await write(testPath, 'old\n');
    await run('causeway.acceptEdit');
    assert.equal(await onDisk(testPath), 'old\n');
    assert.equal(proposals().length, 1);
  });

  for (const outside of [
    '../outside.test.ts',
    '/tmp/outside.test.ts',
    'src/../../outside.test.ts',
    'C:\\outside.test.ts',
    '%2e%2e/outside.test.ts',
    '..%2foutside.test.ts',
    '\\\\server\\share\\outside.test.ts',
    'file:///tmp/outside.test.ts',
  ]) {
    it(`is not shown for a path that leads out of the workspace: ${outside}`, async () => {
      await show(path, 1, 3);
      claude.fake.enqueue(block('new', `ts ${outside}`));
      await run('causeway.writeTests');
      assert.deepEqual(proposals(), []);
    });
  }

  it('is not shown for a path that leads out of the workspace by a link', async () => {
    await symlink(tmpdir(), at('linked').fsPath);
    await show(path, 1, 3);
    claude.fake.enqueue(block('new', 'ts linked/outside.test.ts'));
    await run('causeway.writeTests');
    assert.deepEqual(proposals(), []);
    await rm(at('linked').fsPath);
  });

  it('is none where the answer has no code, or failed', async () => {
    await show(path, 1, 3);
    claude.fake.enqueue(answer('It is fine as it is.'));
    await run('causeway.refactor');
    claude.fake.enqueue({ kind: 'error', status: 400, message: 'no' });
    await run('causeway.refactor');
    assert.deepEqual(proposals(), []);
    assert.equal(await onDisk(path), original);
  });

  it('is none where the answer was stopped', async () => {
    await show(path, 1, 3);
    const text = '```ts\nhalf of it\nmore';
    claude.fake.enqueue({ kind: 'drip', text, gated: true });
    const asked = run('causeway.refactor');
    await claude.fake.gate.arrived();
    await run('causeway.stopTurn');
    await asked;
    assert.deepEqual(proposals(), []);
  });

  it('is not looked for where none is shown', async () => {
    await show(path);
    await run('causeway.acceptEdit');
    await run('causeway.discardEdit');
    assert.equal(await onDisk(path), original);
  });

  it('is forgotten when its tab is closed', async () => {
    await show(path, 1, 3);
    claude.fake.enqueue(better);
    await run('causeway.refactor');
    const [{ modified } = assert.fail('No proposal is shown.')] = proposals();
    await closeEditors();
    const text = await until('the proposal to be forgotten', async () => {
      const document = await workspace.openTextDocument(modified);
      return document.getText() === '' && 'forgotten';
    });
    assert.equal(text, 'forgotten');
  });
});
