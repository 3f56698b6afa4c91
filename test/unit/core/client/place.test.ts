import assert from 'node:assert/strict';
import fc from 'fast-check';
import { historyDrafts } from '../../../../src/core/client/drafts.ts';
import { type Place, placeOf } from '../../../../src/core/client/place.ts';
import { SaidTree } from '../../../../src/core/client/saidTree.ts';
import { CausewayError } from '../../../../src/core/errors.ts';
import { type Entry, type EntryDraft, entry } from '../../../../src/protocol/entries.ts';
import type { SaidMessage } from '../../../../src/protocol/wires/saidMessages.ts';

const user = (text: string): SaidMessage => ({ role: 'user', content: [{ type: 'text', text }] });
const said = (text: string): SaidMessage => ({ role: 'assistant', content: [{ type: 'text', text }] });

/** A session without a store: a log, and what a turn adds to it. */
class Session {
  readonly tree = new SaidTree();
  readonly log: Entry[] = [];

  add(draft: EntryDraft): Entry {
    const made = entry.parse({ parentId: this.log.at(-1)?.id ?? null, ...draft, seq: this.log.length + 1 });
    this.log.push(made);
    this.tree.add(made);
    return made;
  }

  /** As a turn does that is asked for with these messages and answered with this text. */
  turn(messages: SaidMessage[], answer: string, whole = false): Place {
    const place = placeOf(this.tree, messages, whole);
    const marks = { at: 0, door: 'bridge' as const };
    const drafts = historyDrafts(place.missing, place.after, marks, 'm');
    for (const draft of drafts) this.add(draft);
    const turnId = crypto.randomUUID();
    const input = this.add({
      ...marks,
      id: crypto.randomUUID(),
      kind: 'user',
      turnId,
      parentId: drafts.at(-1)?.id ?? place.after.id ?? null,
      content: place.input,
      grounding: 'off',
    });
    const content = answer === '' ? [] : [{ type: 'text' as const, text: answer }];
    const outcome = answer === '' ? ('failed' as const) : ('done' as const);
    const common = {
      ...marks,
      id: crypto.randomUUID(),
      turnId,
      parentId: input.id,
      provider: 'p',
      model: 'm',
    };
    this.add({ ...common, kind: 'assistant', content, outcome });
    return place;
  }

  /** Texts of the branch that ends last. */
  spoken(): string[] {
    const byId = new Map(this.log.map((one) => [one.id, one]));
    const texts: string[] = [];
    for (let at = this.log.at(-1); at; at = at.parentId === null ? undefined : byId.get(at.parentId))
      if (at.kind === 'user' || at.kind === 'assistant')
        for (const block of at.content) if (block.type === 'text') texts.unshift(block.text);
    return texts;
  }
}

const turns = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y')), {
  minLength: 1,
  maxLength: 6,
});
const talkOf = (spoken: readonly (readonly [string, string])[]): SaidMessage[] =>
  spoken.flatMap(([input, answer]) => [user(input), said(answer)]);

describe('where a client’s messages belong', () => {
  it('a conversation that is sent again whole with each input is in the log once', () => {
    fc.assert(
      fc.property(turns, (spoken) => {
        const session = new Session();
        for (const [at, [input, answer]] of spoken.entries())
          session.turn([...talkOf(spoken.slice(0, at)), user(input)], answer, true);
        assert.deepEqual(session.spoken(), spoken.flat());
        assert.equal(session.log.length, spoken.length * 2);
      }),
    );
  });

  it('of another conversation only what differs is appended, after the longest common beginning', () => {
    fc.assert(
      fc.property(turns, turns, fc.constantFrom('a', 'b'), (one, two, input) => {
        const session = new Session();
        session.turn([...talkOf(one), user('last')], 'end', true);
        const before = session.log.length;
        session.turn([...talkOf(two), user(input)], 'end', true);
        const [first, second] = [[...one.flat(), 'last', 'end'], two.flat()];
        const differs = second.findIndex((text, at) => text !== first[at]);
        const common = differs < 0 ? second.length : differs;
        assert.deepEqual(session.spoken(), [...second, input, 'end']);
        assert.equal(session.log.length - before, second.length - common + 2);
      }),
    );
  });

  it('what is taken in from elsewhere at once is the same as what was said here turn by turn', () => {
    fc.assert(
      fc.property(turns, (spoken) => {
        const session = new Session();
        session.turn([...talkOf(spoken), user('now')], 'end');
        assert.deepEqual(session.spoken(), [...spoken.flat(), 'now', 'end']);
      }),
    );
  });

  it('a single input goes on where the session stands, as do the newest messages alone', () => {
    const session = new Session();
    session.turn([user('a')], 'x');
    session.turn([user('b')], 'y');
    session.turn([user('b'), said('y'), user('c')], 'z');
    assert.deepEqual(session.spoken(), ['a', 'x', 'b', 'y', 'c', 'z']);
    assert.equal(session.log.length, 6);
  });

  it('a beginning that failed is sent once more beside it', () => {
    const session = new Session();
    session.turn([user('a')], '');
    session.turn([user('a')], 'x');
    assert.deepEqual(session.spoken(), ['a', 'x']);
  });

  it('inputs whose answers failed are one message of the client’s, of which the new part is appended', () => {
    const session = new Session();
    session.turn([user('a')], '');
    session.turn([user('a'), user('b')], 'x', true);
    assert.deepEqual(session.spoken(), ['a', 'b', 'x']);
    assert.equal(session.log.length, 4);
  });

  it('titles and the like between two entries change nothing', () => {
    const session = new Session();
    session.turn([user('a')], 'x');
    session.add({ id: crypto.randomUUID(), kind: 'title', at: 0, door: 'core', title: 'T' });
    session.turn([user('a'), said('x'), user('b')], 'y');
    assert.equal(session.log.filter(({ kind }) => kind === 'user').length, 2);
  });

  const refused: [name: string, code: string, messages: SaidMessage[]][] = [
    ['an answer as the last message', 'invalid_input', [user('a'), said('x')]],
    ['an empty input', 'empty_input', [{ role: 'user', content: [{ type: 'text', text: ' \n' }] }]],
    [
      'a result whose call is not there',
      'invalid_input',
      [
        user('a'),
        said('x'),
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [] }] },
      ],
    ],
  ];
  for (const [name, code, messages] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => placeOf(new SaidTree(), messages, false),
        (error) => error instanceof CausewayError && error.code === code,
      );
    });
  }
});
