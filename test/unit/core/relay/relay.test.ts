import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Emitter } from '../../../../src/base/emitter.ts';
import { localOnly, restrictedMode } from '../../../../src/core/errors.ts';
import { CallBatch } from '../../../../src/core/relay/callBatch.ts';
import { KeptSecret } from '../../../../src/core/relay/keptSecret.ts';
import { AnthropicRelay, type AnthropicRelayOptions } from '../../../../src/core/relay/modelRelay.ts';
import type { CallLog, LoggedCall, RelayedCall, RelayRequest } from '../../../../src/core/relay.ts';

const log = { info() {}, warn() {}, error() {} };
const changes = () => new Emitter<string>();

const logInto = (written: LoggedCall[]): CallLog => ({
  add: async (calls) => void written.push(...calls),
  usage: async () => [],
  overTime: async () => [],
  calls: async () => [],
  bodies: async () => undefined,
  forgetBodies: async () => undefined,
});

function startRelay(options: Partial<AnthropicRelayOptions> = {}) {
  const written: LoggedCall[] = [];
  const calls = new CallBatch(logInto(written), log);
  const relay = new AnthropicRelay({
    secrets: { get: async () => 'sk-ant-key', onDidChange: changes().event },
    calls,
    barred: () => undefined,
    baseUrl: () => 'https://api.example',
    ...options,
  });
  return { relay, calls, written };
}

const call: RelayedCall = {
  at: 1,
  principal: { kind: 'client', client: { id: 'one' } },
  wire: 'anthropic',
  operation: 'messages',
  model: 'claude-opus-5',
  stream: false,
  status: 200,
  outcome: 'done',
  usage: { inputTokens: 1_000_000, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 },
  firstByteMs: 5,
  totalMs: 6,
  requestId: 'req_1',
  reached: true,
  hold: undefined,
};

const asked: RelayRequest = {
  wire: 'anthropic',
  operation: 'messages',
  size: () => ({ bytes: 10, open: false, pictures: 0 }),
};

const logged: LoggedCall = {
  at: 0,
  client: 'c',
  wire: 'anthropic',
  operation: 'messages',
  model: 'm',
  stream: false,
  status: 200,
  outcome: 'done',
  totalMs: 1,
};

describe('What a relayed call may', () => {
  const refusals: [what: string, options: Partial<AnthropicRelayOptions>, code: string][] = [
    ['an untrusted workspace', { barred: restrictedMode }, 'restricted_mode'],
    ['a workspace marked local-only', { barred: localOnly }, 'local_only'],
    ['no key', { secrets: { get: async () => undefined, onDidChange: changes().event } }, 'no_api_key'],
    [
      'a key that cannot be sent',
      { secrets: { get: async () => 'a\r\nb: c', onDidChange: changes().event } },
      'api_key_rejected',
    ],
    ['an address that is none', { baseUrl: () => 'api.example' }, 'base_url_invalid'],
    ['an address of a file', { baseUrl: () => 'file:///etc/passwd' }, 'base_url_invalid'],
  ];
  for (const [what, options, code] of refusals) {
    it(`is nothing with ${what}`, async () =>
      assert.rejects(async () => startRelay(options).relay.authorise({ kind: 'owner' }, asked), { code }));
  }

  it('is to use the key and the address of the settings', async () => {
    const { baseUrl, key } = await startRelay().relay.authorise({ kind: 'owner' }, asked);
    assert.deepEqual([baseUrl, key], ['https://api.example', 'sk-ant-key']);
  });
});

describe('The log of relayed calls', () => {
  const costs: [what: string, model: string | undefined, prices: object, cost: number | undefined][] = [
    ['the table', 'claude-opus-5', {}, 5],
    ['the user’s own price', 'claude-opus-5', { 'claude-opus-5': { ...price(7) } }, 7],
    ['no price', 'claude-none', {}, undefined],
    ['no model', undefined, {}, undefined],
  ];
  for (const [what, model, prices, cost] of costs) {
    it(`has what a call cost by ${what}`, async () => {
      const { relay, calls, written } = startRelay({ prices: () => prices as Record<string, never> });
      relay.record({ ...call, model });
      await calls.close();
      assert.equal(written[0]?.cost, cost);
      assert.equal(written[0]?.client, 'one');
    });
  }

  it('gets every call once and in order, however writing fails now and then', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 1600 }),
        async (fails, n) => {
          const written: number[] = [];
          const batch = new CallBatch(
            {
              ...logInto([]),
              async add(calls) {
                if (fails.shift()) throw new Error('busy');
                written.push(...calls.map(({ at }) => at));
              },
            },
            log,
          );
          for (let at = 0; at < n; at++) batch.add({ ...logged, at });
          for (let tries = 0; tries < 8; tries++) await batch.flush();
          await batch.close();
          assert.deepEqual(
            written,
            Array.from({ length: n }, (_, at) => at),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('What was said in calls', () => {
  function start(keeps: boolean) {
    const state = { keeps, fails: 0, forgotten: 0, lines: 0, written: [] as LoggedCall[] };
    const told = {
      ...logInto(state.written),
      async forgetBodies() {
        if (state.fails-- > 0) throw new Error('busy');
        state.forgotten++;
      },
    };
    const batch = new CallBatch(
      told,
      { ...log, error: () => void state.lines++ },
      { kept: () => state.keeps, masked: async (texts) => [...texts] },
    );
    return { batch, state };
  }
  const said = { request: { text: 'asked', more: false }, answer: { text: 'said', more: false } };

  it('goes at the start where it was switched off meanwhile, though no call comes', async () => {
    const { state } = start(false);
    await new Promise(setImmediate);
    assert.equal(state.forgotten, 1);
  });

  it('stays where it is wanted', async () => {
    const { batch, state } = start(true);
    batch.add(logged, said);
    await batch.close();
    assert.equal(state.forgotten, 0);
    assert.deepEqual(state.written[0]?.bodies, { request: 'asked', answer: 'said' });
  });

  it('goes once it is switched off, though no call waits, and again after the next time', async () => {
    const { batch, state } = start(true);
    for (const times of [1, 2]) {
      state.keeps = true;
      batch.add(logged, said);
      await batch.flush();
      state.keeps = false;
      await batch.flush();
      await batch.flush();
      assert.equal(state.forgotten, times);
    }
    await batch.close();
  });

  it('goes too where it was being written while it was switched off', async () => {
    const { batch, state } = start(false);
    await batch.flush();
    state.keeps = true;
    batch.add(logged, said);
    const writing = batch.flush();
    state.keeps = false;
    await writing;
    assert.deepEqual([state.written.length, state.forgotten], [1, 2]);
    await batch.close();
  });

  it('is tried again where it could not be deleted, and no call is written twice for it', async () => {
    const { batch, state } = start(true);
    state.keeps = false;
    state.fails = 3;
    batch.add({ ...logged, at: 7 });
    await batch.flush();
    await batch.flush();
    assert.deepEqual([state.forgotten, state.lines, state.written.map(({ at }) => at)], [1, 1, [7]]);
    await batch.close();
  });
});

describe('A key that is kept', () => {
  it('is asked for once, and again after it changed, also while it was being asked for', async () => {
    const changed = changes();
    let value: string | undefined = 'one';
    let asked = 0;
    const waits: Promise<void>[] = [];
    const kept = new KeptSecret(
      {
        async get() {
          asked++;
          const found = value;
          await waits.shift();
          return found;
        },
        onDidChange: changed.event,
      },
      'anthropic',
    );
    assert.deepEqual([await kept.get(), await kept.get(), asked], ['one', 'one', 1]);
    value = 'two';
    changed.fire('another');
    assert.equal(await kept.get(), 'one');
    changed.fire('anthropic');
    const { promise, resolve } = Promise.withResolvers<void>();
    waits.push(promise);
    const asking = kept.get();
    value = undefined;
    changed.fire('anthropic');
    resolve();
    await asking;
    assert.equal(await kept.get(), undefined);
    value = 'three';
    assert.equal(await kept.get(), 'three');
  });
});

function price(input: number) {
  return { input, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
}
