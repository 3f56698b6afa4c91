import assert from 'node:assert/strict';
import { plainText } from '../../../../src/protocol/content.ts';
import { PayloadCodec } from '../../../../src/store/sqlite/codec.ts';
import { openDatabase } from '../../../../src/store/sqlite/database.ts';
import { thisHolder } from '../../../../src/store/sqlite/holder.ts';
import { Shelf } from '../../../../src/store/sqlite/shelf.ts';
import { answer, by, Scratch, user } from './samples.ts';

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

  it('that ends in mid-tool leaves what is in the log as it is, and tells none of it twice', () => {
    const turn = holder.turns.of('s')[0] ?? assert.fail();
    const { outcome: _, ...said } = answer('Let me look.', turn.turnId);
    holder.write(() => ({ value: holder.leases.checkpoint(turn.turnId, said.content) }));
    holder.write(() => ({ value: holder.leases.append(turn.turnId, [said]) }));
    assert.deepEqual(observer.leases.live('s')?.content, []);
    assert.equal(look(0, 10_600), true);
    const expired = observer.turns.leasesOf('s')[0] ?? assert.fail();
    observer.write(() => ({ value: observer.leases.close(expired, 1) }));
    assert.deepEqual(
      observer.log.path('s').map((entry) => ('content' in entry ? plainText(entry.content) : entry.kind)),
      ['question', 'Let me look.', ''],
    );
    const end = observer.log.path('s').at(-1);
    assert.ok(end?.kind === 'assistant' && end.outcome === 'interrupted' && end.parentId === said.id);
  });

  it('lives when the machine slept, or the observer was busy, however long', () => {
    assert.equal(look(0, 5_000), false);
    assert.equal(look(3_600_000, 3_602_000), false, 'the holder, which slept too, has not beaten yet');
    holder.write(() => ({ value: holder.turns.beat() }));
    assert.equal(look(3_602_200, 3_611_000), false);
    assert.equal(look(9_000_000, 9_000_000), false);
  });
});
