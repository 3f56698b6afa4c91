import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../src/core/ports.ts';
import { plainText } from '../../src/protocol/content.ts';
import type { AssistantEntry, Entry } from '../../src/protocol/entries.ts';
import type { SessionEvent } from '../../src/protocol/turnEvents.ts';
import { redisAddress } from '../../src/store/redis/address.ts';
import { RedisConnection } from '../../src/store/redis/connection.ts';
import { workspaceKeys } from '../../src/store/redis/keys.ts';
import { RedisStore } from '../../src/store/redis/redisStore.ts';
import { key } from '../conformance/cli/support.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../support/anthropic/server.ts';
import { TestRedis } from '../support/redis.ts';
import { until } from '../support/vscode/until.ts';
import { type Fleet, type Instance, startFleet } from './fleet.ts';

/** No other suite uses these ports: three times ten from here. */
const firstPort = 62600;
/** Instances that are killed, one after the other, and how many of these kills Redis is killed or stopped beside. */
const kills = 8;
const redisKills = [3, 6];
const redisStops = [5];
/** Sessions that are used at a time, each by two programs. */
const lanes = 4;

const silent: Log = { info() {}, warn() {}, error() {} };

const words = 'one two three four five six seven eight nine ten eleven twelve';

interface Asked {
  sessionId: string;
  turnId: string;
  text: string;
}

describe('Three instances of causeway serve on one Redis', () => {
  let redis: TestRedis;
  let fake: FakeAnthropic;
  let fleet: Fleet;
  let steps: NodeJS.Timeout | undefined;
  before(async function () {
    this.timeout(120_000);
    redis = await TestRedis.start();
    fake = await startFakeAnthropic({ key });
    fake.always(() => ({ kind: 'drip', text: words, gated: true }));
    fleet = await startFleet(3, firstPort, {
      ANTHROPIC_BASE_URL: fake.url,
      ANTHROPIC_API_KEY: key,
      CAUSEWAY_STORE: redis.url,
    });
  });
  after(async function () {
    this.timeout(60_000);
    clearInterval(steps);
    await fleet?.close();
    await fake?.close();
    await redis?.end();
  });

  it('show on one what happens on another', async () => {
    const [one, other] = fleet.instances;
    assert.ok(one && other);
    const { id } = await one.client.sessions.create({ title: 'shared' });
    assert.deepEqual(
      (await other.client.sessions.list()).sessions.map(({ title }) => title),
      ['shared'],
    );
    const seen: SessionEvent[] = [];
    const ending = new AbortController();
    const events = other.client.sessions.events(id, { after: 0, signal: ending.signal });
    const { promise: progress, resolve: hasProgress } = Promise.withResolvers<void>();
    const watching = (async () => {
      for await (const event of events) {
        seen.push(event);
        if (event.type === 'turn.progress') hasProgress();
        if (event.type === 'turn.ended') return event.entry;
      }
      return undefined;
    })();
    let told: Entry | undefined;
    for await (const event of one.client.turn(id, { text: 'Count.' })) {
      // What arrives is kept, and so told to others, before the rest comes.
      if (event.type === 'turn.started') fake.gate.step(4);
      if (event.type === 'turn.text')
        void progress.then(() => {
          fake.gate.step(100);
        });
      if (event.type === 'turn.ended') told = event.entry;
    }
    assert.deepEqual((await watching)?.id, told?.id);
    ending.abort();
    const types = new Set<string>(seen.map(({ type }) => type));
    for (const type of ['entry.appended', 'turn.progress', 'turn.ended']) assert.ok(types.has(type), type);
    assert.deepEqual((await other.client.sessions.get(id)).entries.at(-1)?.id, told?.id);
  });

  it('lose, double and reorder nothing when they and Redis are killed, and end each turn once (threat 26)', async function () {
    this.timeout(180_000);
    const accepted: Asked[] = [];
    const ended = new Map<string, Entry>();
    const sessionIds = new Set<string>();
    let isOver = false;
    let failures = 0;

    const anyone = (): Promise<Instance> =>
      until('an instance that serves', () => {
        const up = fleet.instances.filter((instance) => instance.isUp);
        return up[Math.floor(Math.random() * up.length)];
      });
    const begin = async (): Promise<string> => {
      for (;;) {
        try {
          const { id } = await (await anyone()).client.sessions.create();
          sessionIds.add(id);
          return id;
        } catch {
          failures++;
          await pause(20);
        }
      }
    };
    const ask = async (sessionId: string, text: string): Promise<boolean> => {
      let isEnded = false;
      try {
        const { client } = await anyone();
        for await (const event of client.turn(sessionId, { text, detached: true })) {
          const isFirst = event.type === 'turn.started' || event.type === 'turn.queued';
          if (isFirst && !accepted.some(({ turnId }) => turnId === event.turnId))
            accepted.push({ sessionId, turnId: event.turnId, text });
          if (event.type !== 'turn.ended') continue;
          ended.set(event.turnId, event.entry);
          isEnded = true;
        }
      } catch {
        failures++;
      }
      return isEnded;
    };
    const lane = async (name: number): Promise<void> => {
      for (let at = 0; !isOver; at++) {
        const sessionId = await begin();
        // A session whose turn was cut off is busy until the lease is over; the lane goes on in another.
        const program = async (which: number) => {
          for (let n = 0; !isOver; n++) if (!(await ask(sessionId, `${name}-${at}-${which} ${n}`))) return;
        };
        await Promise.race([program(1), program(2)]);
      }
    };

    // Answers take a fraction of a second, so that there is always one to be cut off.
    steps = setInterval(() => fake.gate.step(4), 20);
    const load = Array.from({ length: lanes }, (_, name) => lane(name));
    for (let kill = 1; kill <= kills; kill++) {
      const instance = fleet.instances[kill % fleet.instances.length] ?? assert.fail();
      await pause(300 + Math.random() * 700);
      await instance.kill();
      if (redisKills.includes(kill)) {
        await redis.kill();
        await redis.startAgain();
      }
      if (redisStops.includes(kill)) {
        redis.pause();
        await pause(1_500);
        redis.resume();
      }
      await instance.start();
    }
    isOver = true;
    const raw = new RedisConnection(redisAddress(redis.url));
    const [shown] = (await (await anyone()).client.sessions.list({ limit: 1 })).sessions;
    const workspaceId = shown?.workspaceId ?? assert.fail();
    const { leases } = workspaceKeys(workspaceId);
    await until('all turns to be over', async () => (await raw.command('ZCARD', leases)) === 0, 60_000);
    await Promise.all(load);
    await raw.close();

    const store = await RedisStore.open(redisAddress(redis.url), workspaceId, silent);
    let interrupted = 0;
    const inLog = new Map<string, number>();
    for (const sessionId of sessionIds) {
      const log = await store.log(sessionId);
      assert.deepEqual(
        log.map(({ seq }) => seq),
        log.map((_, at) => at + 1),
        'places without a gap',
      );
      assert.equal(new Set(log.map(({ id }) => id)).size, log.length, 'no entry twice');
      assert.equal((await store.get(sessionId))?.entryCount, log.length);
      const asked = new Map<string, Entry>();
      const ends = new Map<string, AssistantEntry>();
      for (const entry of log) {
        if (entry.kind === 'user') {
          assert.ok(!asked.has(entry.turnId), 'no input twice');
          asked.set(entry.turnId, entry);
          inLog.set(entry.turnId, entry.seq);
        }
        if (entry.kind !== 'assistant' || entry.outcome === undefined) continue;
        assert.ok(asked.has(entry.turnId) && !ends.has(entry.turnId), 'one end, after the input');
        ends.set(entry.turnId, entry);
        if (entry.outcome === 'interrupted') interrupted++;
        assert.ok(words.startsWith(plainText(entry.content).trim()), 'what had arrived');
      }
      assert.deepEqual([...asked.keys()].sort(), [...ends.keys()].sort(), 'no turn without an end');
      for (const [turnId, entry] of ends) {
        const told = ended.get(turnId);
        if (told)
          assert.deepEqual([told.id, told.seq], [entry.id, entry.seq], 'what was told is what is kept');
      }
    }
    const lost = accepted.filter(({ turnId }) => !inLog.has(turnId));
    assert.deepEqual(lost, [], 'no accepted turn lost');
    assert.deepEqual(
      [...ended.keys()].filter((turnId) => !inLog.has(turnId)),
      [],
    );
    const byProgram = Map.groupBy(accepted, ({ text }) => text.split(' ')[0]);
    for (const asked of byProgram.values()) {
      const places = asked.map(({ turnId }) => inLog.get(turnId) ?? 0);
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b),
        'in the order in which they were asked',
      );
    }
    await store.close();
    assert.ok(interrupted > 0 && ended.size > 0);
    process.stdout.write(
      `      ${kills} instances and ${redisKills.length} times Redis killed, ${redisStops.length} time stopped; ` +
        `${accepted.length} turns accepted in ${sessionIds.size} sessions, ${ended.size} told to their end, ` +
        `${interrupted} interrupted, ${failures} calls failed; none lost, none twice\n`,
    );
  });
});
