import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainText } from '../../src/protocol/content.ts';
import type { Entry } from '../../src/protocol/entries.ts';
import { SqliteStore } from '../../src/store/sqlite/sqliteStore.ts';
import { program, Started } from './processes.ts';

/** Kills of processes that append, and of processes that run turns. */
const kills = { entries: 1_000, turns: 200 };
/** Kills of one database's writers; a database that grows takes longer to open. */
const killsPerRound = 50;
const longestLifeMs = 25;

interface Round {
  folder: string;
  file: string;
  sessionId: string;
  writers: Map<string, Started>;
}

describe('A session database whose writers are killed', () => {
  let root: string;
  let writer: string;
  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'causeway-kills-'));
    writer = await program('writer', root);
  });
  after(() => rmSync(root, { recursive: true }));

  const open = (file: string) =>
    SqliteStore.open({ file, workspaceId: 'w', key: undefined, emit: () => undefined });

  /** Starts and kills writers, as many at a time as there are lanes; each is killed while it writes. */
  async function round(what: keyof typeof kills, lanes: number, count: number): Promise<Round> {
    const folder = mkdtempSync(join(root, 'round-'));
    const file = join(folder, 'sessions.db');
    const store = await open(file);
    const { id: sessionId } = store.create({ door: 'cli' });
    await store.close();
    const writers = new Map<string, Started>();
    let left = count;
    const lane = async (number: number) => {
      while (left-- > 0) {
        const name = `writer-${number}-${left}`;
        const started = new Started(process.execPath, [writer, file, sessionId, name, what]);
        writers.set(name, started);
        await started.line((line) => line.startsWith(what === 'turns' ? 'turn' : 'entry'));
        setTimeout(() => started.kill(), Math.random() * longestLifeMs);
        assert.equal(await started.ended, 'SIGKILL', 'killed while it was writing');
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number)));
    for (const { lines } of writers.values()) assert.equal(lines[0], 'open ', 'nothing had to be repaired');
    return { folder, file, sessionId, writers };
  }

  async function manyRounds(
    what: keyof typeof kills,
    check: (done: Round) => Promise<void>,
  ): Promise<number> {
    let killed = 0;
    for (let at = 0; killed < kills[what]; at++) {
      // By turns: both writers on one database, and each on its own, which has to recover each time.
      const shared = at % 2 === 0;
      const rounds = await Promise.all(
        shared
          ? [round(what, 2, killsPerRound)]
          : [round(what, 1, killsPerRound / 2), round(what, 1, killsPerRound / 2)],
      );
      for (const done of rounds) {
        await check(done);
        assert.deepEqual(
          readdirSync(done.folder).filter((name) => name.includes('damaged')),
          [],
        );
        rmSync(done.folder, { recursive: true });
        killed += done.writers.size;
      }
    }
    return killed;
  }

  async function logOf({ file, sessionId }: Round): Promise<Entry[]> {
    const store = await open(file);
    assert.deepEqual(store.status().notices, []);
    const entries = store.log(sessionId);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      entries.map((_, at) => at + 1),
    );
    await store.close();
    return entries;
  }

  it(`has every acknowledged entry, in order, after ${kills.entries} kills at random moments`, async function () {
    this.timeout(600_000);
    let acknowledged = 0;
    const killed = await manyRounds('entries', async (done) => {
      const written = new Map<string, number[]>();
      for (const entry of await logOf(done)) {
        if (entry.kind !== 'user') continue;
        const [name = '', number] = plainText(entry.content).split(' ');
        written.set(name, [...(written.get(name) ?? []), Number(number)]);
      }
      for (const [name, { lines }] of done.writers) {
        const said = lines.slice(1).length;
        acknowledged += said;
        const found = written.get(name) ?? [];
        assert.deepEqual(
          found,
          found.map((_, at) => at + 1),
          `${name}: in order, none twice`,
        );
        assert.ok(
          found.length === said || found.length === said + 1,
          `${name}: ${said} said, ${found.length} found`,
        );
      }
    });
    assert.equal(killed, kills.entries);
    process.stdout.write(`      ${killed} kills, ${acknowledged} acknowledged entries, none lost\n`);
  });

  it(`ends every accepted turn exactly once after ${kills.turns} kills (threat 22)`, async function () {
    this.timeout(600_000);
    let turns = 0;
    const killed = await manyRounds('turns', async (done) => {
      const entries = await logOf(done);
      const ends = new Map<string, Entry & { kind: 'assistant' }>();
      const asked = new Set<string>();
      for (const entry of entries) {
        if (entry.kind === 'user') asked.add(entry.turnId);
        if (entry.kind !== 'assistant') continue;
        assert.ok(!ends.has(entry.turnId) && asked.has(entry.turnId), 'one end, after the input');
        ends.set(entry.turnId, entry);
      }
      assert.equal(ends.size, asked.size, 'no turn without an end');
      for (const { lines } of done.writers.values()) {
        const parts = new Map<string, string>();
        for (const line of lines.slice(1)) {
          const [what, turnId = '', text = ''] = line.split(' ');
          const end = ends.get(turnId);
          assert.ok(end, `the turn that was accepted is there: ${line}`);
          if (what === 'turn') turns++;
          if (what === 'part') parts.set(turnId, text);
          if (what === 'end') assert.equal(end.outcome, 'done');
        }
        for (const [turnId, text] of parts)
          assert.ok(plainText(ends.get(turnId)?.content ?? []).startsWith(text), 'what had arrived is kept');
      }
    });
    assert.equal(killed, kills.turns);
    process.stdout.write(`      ${killed} kills, ${turns} accepted turns, each ended once\n`);
  });
});
