import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import { connectRpc, serveRpc } from '../../../src/base/rpc.ts';
import { errorCodec, notFound } from '../../../src/core/errors.ts';

const api = {
  add: (a: number, b: number) => a + b,
  later: async (value: string) => `${value}!`,
  lost: (id: string): string => {
    throw notFound('session', id);
  },
  broken: (): string => {
    throw new TypeError('a secret path /home/x');
  },
  uncloneable: () => () => 1,
  never: () => new Promise<void>(() => undefined),
};

describe('Calls over a port', () => {
  let channel: MessageChannel;
  let events: unknown[];
  const connect = (onEvent?: (event: unknown) => void) => {
    const send = serveRpc(channel.port2, api, errorCodec);
    return {
      send,
      ...connectRpc<typeof api, ReturnType<typeof errorCodec.encode>>(channel.port1, errorCodec, onEvent),
    };
  };
  beforeEach(() => {
    channel = new MessageChannel();
    events = [];
  });
  afterEach(() => channel.port1.close());

  it('resolve with what the far end returns, each with its own', async () => {
    const { remote } = connect();
    assert.deepEqual(await Promise.all([remote.add(1, 2), remote.later('a'), remote.add(3, 4)]), [
      3,
      'a!',
      7,
    ]);
  });

  const failures: [
    name: keyof typeof api,
    call: (remote: ReturnType<typeof connect>['remote']) => Promise<unknown>,
    code: string,
  ][] = [
    ['lost', (remote) => remote.lost('x'), 'not_found'],
    ['broken', (remote) => remote.broken(), 'unexpected'],
    ['uncloneable', (remote) => remote.uncloneable(), 'unexpected'],
  ];
  for (const [name, call, code] of failures) {
    it(`reject with ${code} when the far end's ${name} fails, and later calls work`, async () => {
      const { remote } = connect();
      await assert.rejects(call(remote), (error: Error & { code: string }) => {
        assert.equal(error.code, code);
        assert.ok(!error.message.includes('/home/x'));
        return true;
      });
      assert.equal(await remote.add(1, 1), 2);
    });
  }

  it('reject for a method that is not there', async () => {
    const { remote } = connect();
    await assert.rejects(Reflect.apply(Reflect.get(remote, 'nothing'), remote, []), { code: 'unexpected' });
  });

  it('reject when what is sent cannot be', async () => {
    const { remote } = connect();
    await assert.rejects(Reflect.apply(remote.add, remote, [() => 1, 2]), { name: 'DataCloneError' });
    assert.equal(await remote.add(1, 1), 2);
  });

  it('reject, under way and later, when the far end is gone', async () => {
    const { remote, fail } = connect();
    const waiting = remote.never();
    fail(new Error('gone'));
    fail(new Error('gone again'));
    await assert.rejects(waiting, /gone$/);
    await assert.rejects(remote.add(1, 1), /gone/);
  });

  it('bring events in order, beside the answers', async () => {
    const { send, remote } = connect((event) => events.push(event));
    send('a');
    send({ b: 1 });
    await remote.add(1, 1);
    assert.deepEqual(events, ['a', { b: 1 }]);
  });

  it('do not make a promise of the far end itself', async () => {
    const { remote } = connect();
    assert.equal(await Promise.resolve(remote), remote);
  });
});
