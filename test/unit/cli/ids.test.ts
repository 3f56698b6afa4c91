import assert from 'node:assert/strict';
import { theOne } from '../../../src/cli/ids.ts';

const all = [{ id: 'd446d5a3-7a69' }, { id: 'd4470000-0000' }, { id: 'abc00000-0000' }];

describe('an id, or the beginning of one', () => {
  it('names what begins with it', () => {
    assert.equal(theOne('session', 'abc', all).id, 'abc00000-0000');
    assert.equal(theOne('session', 'D446', all).id, 'd446d5a3-7a69');
  });

  function refuses(wanted: string, words: RegExp) {
    it(`${JSON.stringify(wanted)} is refused: ${words.source}`, () =>
      assert.throws(() => theOne('session', wanted, all), words));
  }
  refuses('d4', /more of it, since 2 sessions begin with that/);
  refuses('zz', /No session with the id zz/);
  refuses('', /No session with the id {2}is here/);
});
