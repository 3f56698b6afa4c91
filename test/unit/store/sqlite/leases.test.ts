import assert from 'node:assert/strict';
import { PayloadCodec } from '../../../../src/store/sqlite/codec.ts';
import { openDatabase } from '../../../../src/store/sqlite/database.ts';
import { thisHolder } from '../../../../src/store/sqlite/holder.ts';
import { Shelf } from '../../../../src/store/sqlite/shelf.ts';
import { by, Scratch, user } from './samples.ts';

/** How often a window looks, in ms. */
const tickMs = 200;

describe('The lease of a turn of another window', () => {
  let scratch: Scratch;
  let holder: Shelf;
  let observer: Shelf;
  beforeEach(() => {
    scratch = new Scratch();
    [holder, observer] = [open(), open()];
    holder.write(() => {
      holder.sessions.insert({ id: 's', at: 0, door: 'panel', details: { title: 't', titled: true } });
      return { value: holder.leases.submit('s', user('question'), by) };
    });
  });
  afterEach(async () => {
    holder.db.close();
    observer.db.close();
    await scratch.end();
  });

  const open = () =>
    new Shelf({
      opened: openDatabase(scratch.file),
      codec: new PayloadCodec(undefined),
      workspaceId: 'w',
      file: scratch.file,
      locked: false,
      holder: thisHolder(),
      emit: () => undefined,
      onDamage: () => undefined,
    });

  /** Looks as a window does, from one time to another; whether the turn was found to be over. */
  const look = (fromMs: number, toMs: number): boolean => {
    let found = false;
    for (let now = fromMs; now <= toMs; now += tickMs)
      found = observer.leases.expired(now).length > 0 || found;
    return found;
  };

  it('ends when it was seen silent for more than ten seconds', () => {
    assert.equal(look(0, 10_000), false);
    assert.equal(look(10_200, 10_600), true);
  });

  it('lives when the machine slept, or the observer was busy, however long', () => {
    assert.equal(look(0, 5_000), false);
    assert.equal(look(3_600_000, 3_602_000), false, 'the holder, which slept too, has not beaten yet');
    holder.write(() => ({ value: holder.turns.beat() }));
    assert.equal(look(3_602_200, 3_611_000), false);
    assert.equal(look(9_000_000, 9_000_000), false);
  });
});
