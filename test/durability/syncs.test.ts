import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '../../src/store/sqlite/sqliteStore.ts';
import { program, Started } from './processes.ts';

const appends = 50;

type Call = 'log written' | 'log synced' | 'acknowledged';

/** What strace saw, in order. A call that another thread interrupted stands in two lines; the second has its result. */
function callsOf(trace: string): Call[] {
  const begun = new Map<string, string>();
  const calls: Call[] = [];
  for (const line of trace.split('\n')) {
    const [, thread = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    if (text.endsWith('<unfinished ...>')) begun.set(thread, text);
    const whole = text.startsWith('<...') ? `${begun.get(thread) ?? ''}${text}` : text;
    if (/^write\(1\b.*"entry \d+\\n"/.test(whole) && !text.endsWith('<unfinished ...>'))
      calls.push('acknowledged');
    // Begun is enough for a write, as its sync comes after it; a sync counts when it has succeeded.
    else if (/^pwrite64\(.*-wal>/.test(text)) calls.push('log written');
    else if (/^f(?:data)?sync\(.*-wal>.*= 0$/.test(whole)) calls.push('log synced');
  }
  return calls;
}

/**
 * Each acknowledgement comes after a write to the log and a sync of it. With `alone` nothing else may write in between;
 * otherwise the worker may already be writing the search index, which comes after the entry.
 */
function check(calls: readonly Call[], count: number, alone: boolean): void {
  let acknowledged = 0;
  let before: Call[] = [];
  for (const call of calls) {
    if (call !== 'acknowledged') {
      before.push(call);
      continue;
    }
    acknowledged++;
    const written = alone ? before.lastIndexOf('log written') : before.indexOf('log written');
    assert.ok(written >= 0, `append ${acknowledged} wrote the log`);
    assert.ok(before.lastIndexOf('log synced') > written, `append ${acknowledged} synced: ${before.join()}`);
    before = [];
  }
  assert.equal(acknowledged, count);
}

describe('An acknowledged append', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-syncs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const strace = (...args: string[]) => {
    const output = join(folder, 'trace');
    const traced = ['fsync', 'fdatasync', 'write', 'pwrite64'].join();
    const started = new Started('strace', [
      '-f',
      '-y',
      '-s',
      '40',
      '-o',
      output,
      '-e',
      `trace=${traced}`,
      ...args,
    ]);
    return { started, trace: () => readFileSync(output, 'utf8') };
  };

  it('was synced to the disk before, in the thread of the store', async () => {
    const file = join(folder, 'sessions.db');
    const store = await SqliteStore.open({ file, workspaceId: 'w', key: undefined, emit: () => undefined });
    const { id } = store.create({ door: 'cli' });
    await store.close();
    const { started, trace } = strace(
      process.execPath,
      await program('writer', folder),
      file,
      id,
      'x',
      'entries',
      `${appends}`,
    );
    await started.ended;
    check(callsOf(trace()), appends, true);
  });

  it('was synced to the disk before, as a window sees it through the worker', async () => {
    const worker = await program('../../src/workers/store', folder);
    const traced = await program('traced', folder);
    const { started, trace } = strace(
      process.execPath,
      traced,
      join(folder, 'sessions.db'),
      worker,
      `${appends}`,
    );
    await started.ended;
    check(callsOf(trace()), appends, false);
  });
});
