import assert from 'node:assert/strict';
import { type RecalledPart, shareOut } from '../../../../src/core/context/shareOut.ts';

const part = (id: string, tokens: number, more: Partial<RecalledPart> = {}) => ({
  id: `recall:${id}`,
  label: id,
  text: id,
  reason: '',
  entryIds: [id],
  at: 0,
  score: 0,
  asked: false,
  tokens,
  ...more,
});

/** Ids of the recalled turns that are sent in a budget of that many tokens. */
function check(recalled: ReturnType<typeof part>[], room: number): string {
  const shares = shareOut(
    {
      budget: { total: room / 0.6 },
      conversation: [],
      conversationTokens: 0,
      mediaBytes: 0,
      olderOmitted: false,
      recalled,
      grounding: [],
    },
    room / 0.6,
    false,
    [],
  );
  return shares.recalled.map(({ label }) => label).join(' ');
}

describe('Recalled turns of a request', () => {
  it('are chosen by what they are worth for their length', () => {
    const long = part('long', 900, { score: 10 });
    const short = [1, 2, 3].map((place) => part(`short${place}`, 100, { score: 8, at: place }));
    assert.equal(check([long, ...short], 1_000), 'short1 short2 short3');
    assert.equal(check([long, ...short], 1_200), 'long short1 short2 short3');
  });

  it('bring what a short one was said to, and nothing that only stands beside another', () => {
    const reply = part('reply', 20, { score: 5, needs: 'question', at: 2 });
    const question = part('question', 40, { at: 1 });
    assert.equal(check([reply, question], 1_000), 'question reply');
    assert.equal(check([part('other', 20, { score: 5 }), question], 1_000), 'other');
  });

  it('that the user pinned come first, whatever they are worth', () => {
    const pinned = part('pinned', 700, { asked: true });
    assert.equal(check([part('found', 980, { score: 9 }), pinned], 1_000), 'pinned');
  });
});
