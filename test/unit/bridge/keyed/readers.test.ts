import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readers } from '../../../../src/bridge/keyed/readers.ts';
import { revoked } from '../../../../src/bridge/presence.ts';

/** Longer than any test: whatever happens in one of these happens at once. */
const long = 60_000;

describe('Those who wait for a turn whose request had a key', () => {
  const reader = (readers: Readers) => {
    const leaving = new AbortController();
    readers.add(leaving.signal);
    return leaving;
  };

  it('let it go on for a while when they have gone, so that one that comes back finds it', () => {
    const readers = new Readers(long);
    reader(readers).abort();
    assert.equal(readers.signal.aborted, false);
    reader(readers);
    readers.end();
  });

  it('stop it when nobody came back in time', async () => {
    const readers = new Readers(1);
    const stopped = once(readers.signal, 'abort');
    reader(readers).abort();
    await stopped;
  });

  it('stop it when they had gone before it began', async () => {
    const readers = new Readers(1);
    const stopped = once(readers.signal, 'abort');
    readers.add(AbortSignal.abort());
    await stopped;
  });

  it('stop nothing while another one waits', async () => {
    const readers = new Readers(1);
    const [first, second] = [reader(readers), reader(readers)];
    first.abort();
    assert.equal(readers.signal.aborted, false);
    const stopped = once(readers.signal, 'abort');
    second.abort();
    await stopped;
  });

  it('stop it at once when their client was revoked', () => {
    const readers = new Readers(long);
    reader(readers);
    reader(readers).abort(revoked);
    assert.equal(readers.signal.aborted, true);
  });

  it('stop nothing that is over', () => {
    const readers = new Readers(long);
    const leaving = reader(readers);
    readers.end();
    leaving.abort(revoked);
    assert.equal(readers.signal.aborted, false);
  });
});
