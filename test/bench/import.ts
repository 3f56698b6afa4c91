/**
 * How long the host's thread stands while a session of 5,000 turns with 500 standing instructions is imported and read for
 * them: the whole core with its workers as in production. The time ends when nothing goes on behind the import any more.
 * Beside it the thread at rest for as long, and the limit: 10 ms. `longest_block_cpu_ms` is what the thread itself
 * computed in its longest block by that measure; on a busy machine a loop also stands because others have the core.
 * `-- --cpu-profile FILE` keeps a profile, `-- --turns N` sets the turns.
 */
import { writeFileSync } from 'node:fs';
import type { EntryDraft } from '../../src/protocol/entries.ts';
import { openTokenCounter } from '../../src/workers/openTokenCounter.ts';
import { startCore, workerUrl } from '../support/core.ts';
import { type Block, profile, Ticker } from './probes/ticker.ts';
import { finish, option, type Row } from './support/table.ts';
import { sentence } from './support/words.ts';

const turnCount = Number(option('--turns') ?? 5_000);
const profileFile = option('--cpu-profile');
/** Every tenth input holds one. */
const perDirective = 10;

function turn(number: number): EntryDraft[] {
  const turnId = crypto.randomUUID();
  const common = () => ({ id: crypto.randomUUID(), at: number, door: 'cli' as const, turnId });
  const rule = number % perDirective === 0 ? ` From now on, always ${sentence(8)}.` : '';
  return [
    {
      ...common(),
      kind: 'user',
      content: [{ type: 'text', text: `${sentence(40)}.${rule}` }],
      grounding: 'off',
    },
    {
      ...common(),
      kind: 'assistant',
      provider: 'anthropic',
      model: 'm',
      content: [{ type: 'text', text: `${sentence(150)}.` }],
      outcome: 'done',
      report: {
        model: 'anthropic/m',
        window: 200_000,
        outputReserve: 8_000,
        budget: 180_000,
        segments: [
          { kind: 'system', label: 'Causeway', tokens: 400, reason: 'r', text: sentence(300) },
          { kind: 'grounding', label: 'a.ts', tokens: 900, reason: 'r', text: sentence(600) },
        ],
        omitted: [],
      },
    },
  ];
}

async function exported(): Promise<string> {
  const core = await startCore();
  try {
    const { id } = await core.store.create({ door: 'cli' });
    for (let number = 0; number < turnCount; number++) await core.store.append(id, turn(number));
    return await core.store.exportSession(id);
  } finally {
    await core.close();
  }
}

function row(system: string, blocks: readonly Block[], more: Omit<Row, 'system'>): Row {
  return {
    system,
    longest_block_ms: Math.max(0, ...blocks.map(({ ms }) => ms)),
    longest_block_cpu_ms: Math.max(0, ...blocks.map(({ cpu }) => cpu)),
    blocks_over_10_ms_cpu: blocks.filter(({ cpu }) => cpu > 10).length,
    ...more,
  };
}

// As the command has it: the bytes of a file.
const jsonl = new TextEncoder().encode(await exported());
const log = { info: () => undefined, warn: console.error, error: console.error };
const counter = openTokenCounter({ workerUrl: workerUrl('tokens'), log });
const core = await startCore({ counter });
await counter.count(['warm']);
const recording = profileFile === undefined ? undefined : await profile();
const ticker = new Ticker();
const begun = performance.now();
const { id } = await core.store.importSession(jsonl);
const imported = performance.now() - begun;
await core.engine.memory.idle(id);
const whole = performance.now() - begun;
ticker.stop();
if (recording && profileFile !== undefined)
  writeFileSync(profileFile, JSON.stringify(await recording.stop()));
const { directives } = await core.engine.memory.view(id);
const frames = await core.store.ofKinds(id, ['frame']);
const atRest = new Ticker();
await new Promise((resolve) => setTimeout(resolve, whole));
atRest.stop();
await core.close();
await counter.close();
await finish('import', [
  {
    name: `${turnCount} turns are imported`,
    rows: [
      row('causeway', ticker.blocks, {
        imported_ms: imported,
        all_read_ms: whole,
        directives: directives.length,
        frames: frames.length,
      }),
      row('the thread at rest', atRest.blocks, {}),
      { system: 'limit', longest_block_ms: 10 },
    ],
  },
]);
