import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { LoggedCall, UsageRow } from '../../../../src/core/relay.ts';
import { CallTable } from '../../../../src/store/user/callTable.ts';
import { createCallLog } from '../../../../src/store/user/migrations/005-call-log.ts';

const day = 24 * 60 * 60_000;
const noon = Date.parse('2026-11-24T12:00:00Z');

const call = (more: Partial<LoggedCall> = {}): LoggedCall => ({
  at: noon,
  client: 'one',
  wire: 'anthropic',
  operation: 'messages',
  model: 'opus',
  stream: true,
  status: 200,
  outcome: 'done',
  totalMs: 10,
  ...more,
});
const usage = (inputTokens: number) => ({
  inputTokens,
  outputTokens: 2,
  cacheCreationTokens: 3,
  cacheReadTokens: 4,
});

describe('The table of calls', () => {
  let table: CallTable;
  let db: DatabaseSync;
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    createCallLog(db);
    table = new CallTable(db);
  });
  afterEach(() => db.close());

  const sums = (by: ('client' | 'model' | 'day')[], from = 0, to = noon * 2): UsageRow[] =>
    table.usage({ by, from, to });

  it('sums by client, model and day', () => {
    table.add(
      [
        call({ usage: usage(1), cost: 0.5 }),
        call({ usage: { ...usage(10), cacheCreation1hTokens: 1 }, cost: 0.25, at: noon + 1 }),
        call({ usage: usage(100), model: 'sonnet' }),
        call({ client: 'two', outcome: 'truncated', at: noon + day }),
        call({ client: 'two', outcome: 'refused', status: 429, at: noon + day }),
      ],
      noon,
    );
    const [all] = sums([]);
    assert.deepEqual(
      [all?.calls, all?.failures, all?.cost, all?.unpriced, all?.usage],
      [
        5,
        2,
        0.75,
        1,
        {
          inputTokens: 111,
          outputTokens: 6,
          cacheCreationTokens: 9,
          cacheCreation1hTokens: 1,
          cacheReadTokens: 12,
        },
      ],
    );
    const short = (rows: UsageRow[]) =>
      rows.map((row) => [row.client, row.model, row.day, row.calls].filter((one) => one !== undefined));
    assert.deepEqual(short(sums(['client'])), [
      ['one', 3],
      ['two', 2],
    ]);
    assert.deepEqual(short(sums(['model', 'day'])), [
      ['opus', '2026-11-24', 2],
      ['opus', '2026-11-25', 2],
      ['sonnet', '2026-11-24', 1],
    ]);
    assert.deepEqual(short(sums(['client'], noon + 1, noon + day)), [['one', 1]]);
  });

  it('has no rows where nothing was called, and one of nothing where nothing is asked apart', () => {
    assert.deepEqual(sums(['client']), []);
    assert.deepEqual(sums([])[0]?.calls, 0);
  });

  it('lets go of what is older than a hundred days, and of the oldest when there is too much', () => {
    table.add([call({ at: noon - 101 * day }), call({ at: noon - 99 * day }), call(), call()], noon);
    assert.equal(sums([])[0]?.calls, 3);
    table.prune(noon, 2);
    assert.equal(sums([], noon - day)[0]?.calls, 2);
    assert.equal(sums([])[0]?.calls, 2);
  });
});
