import assert from 'node:assert/strict';
import fc from 'fast-check';
import { directivesFor } from '../../../../../src/core/context/directiveChoice.ts';
import { estimateTokens } from '../../../../../src/core/context/tokens.ts';
import { pinnedCeiling, tokensOfPinned } from '../../../../../src/core/memory/directives/pinned.ts';
import type { SessionDirective } from '../../../../../src/core/memory/directives/project.ts';
import { together } from '../../../../../src/core/memory/directives/together.ts';
import type { UserDirectives } from '../../../../../src/core/ports.ts';
import type { AssistantEntry } from '../../../../../src/protocol/entries.ts';
import { answer } from '../../../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../../../support/core.ts';

interface Said {
  by: 'user' | 'session';
  text: string;
  state?: 'candidate' | 'confirmed' | 'removed';
}

/** What holds of directives said in this order, and which of them stand in the prefix, whose frame ends at `frameSeq`. */
function check(said: Said[], holding: string[], frameSeq = 0): void {
  const ofUser = said.flatMap(({ by, text }, at) =>
    by === 'user' ? [{ directiveId: `d${at}`, text, at }] : [],
  );
  const ofSession = said.flatMap(({ by, text, state = 'confirmed' }, at): SessionDirective[] =>
    by === 'user'
      ? []
      : [
          {
            directiveId: `d${at}`,
            text,
            state,
            origin: 'cue',
            at,
            history: [],
            scope: 'session',
            seq: at + 1,
            firstSeq: at + 1,
          },
        ],
  );
  const chosen = directivesFor({ ...together(ofUser, ofSession), frameSeq, text: 'How do I indent?' });
  assert.deepEqual(
    chosen.map(({ text, isNew }) => (isNew ? text : `(${text})`)),
    holding,
  );
}

const tabs = 'Always indent with tabs.';
const spaces = 'Always indent with spaces.';

describe('Directives of the user beside those of a session', () => {
  it('override what was said before them in the session', () =>
    check(
      [
        { by: 'session', text: tabs },
        { by: 'user', text: spaces },
      ],
      [`(${spaces})`],
    ));

  it('are overridden by what is said after them in the session', () =>
    check(
      [
        { by: 'user', text: tabs },
        { by: 'session', text: spaces },
      ],
      [spaces],
    ));

  it('are overridden by no guess and by nothing that was removed', () => {
    const user = { by: 'user', text: tabs } as const;
    check([user, { by: 'session', text: spaces, state: 'candidate' }], [`(${tabs})`, spaces]);
    check([user, { by: 'session', text: spaces, state: 'removed' }], [`(${tabs})`]);
  });

  it('override each other, the later one holding', () =>
    check(
      [
        { by: 'user', text: tabs },
        { by: 'user', text: 'Answer in German.' },
        { by: 'user', text: spaces },
      ],
      ['(Answer in German.)', `(${spaces})`],
    ));

  it('stand in the order in which they were said, also where not all are in the prefix yet', () => {
    const said = [
      { by: 'user', text: 'Call files by what they do.' },
      { by: 'session', text: 'Answer in German.' },
      { by: 'user', text: 'Show diffs.' },
      { by: 'session', text: 'Name the line.' },
    ] as const;
    check([...said], ['(Call files by what they do.)', 'Answer in German.', 'Show diffs.', 'Name the line.']);
    check(
      [...said],
      ['(Call files by what they do.)', '(Answer in German.)', '(Show diffs.)', 'Name the line.'],
      2,
    );
  });

  it('take no more tokens than may be pinned, and none is gone from the list', () => {
    const text = fc.string({ minLength: 200, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30, size: 'max' }), (texts) => {
        const given = texts.map((one, at) => ({ directiveId: `d${at}`, text: `Mention ${at} ${one}`, at }));
        const { ofUser } = together(given, []);
        assert.ok(tokensOfPinned(ofUser) <= pinnedCeiling);
        assert.deepEqual(
          ofUser.map(({ directiveId }) => directiveId),
          given.map(({ directiveId }) => directiveId),
        );
        for (const one of ofUser)
          assert.ok(
            one.because === 'budget' ||
              one.text === given.find((own) => own.directiveId === one.directiveId)?.text,
          );
      }),
      // To make a list of thirty texts smaller takes longer than to read it.
      { numRuns: 40, endOnFailure: true },
    );
  });
});

describe('What a turn is told of the directives of the user', function () {
  this.timeout(20_000);
  let core: TestCore;
  let own: Awaited<ReturnType<UserDirectives['list']>>;
  let now: number;
  beforeEach(async () => {
    own = [];
    now = 1_000;
    core = await startCore({
      clock: { now: () => now++, monotonic: () => performance.now() },
      userDirectives: {
        list: async () => [...own],
        put: async (one) => void own.push(one),
        remove: async () => undefined,
      },
    });
    core.fake.always(() => answer('So.'));
  });
  afterEach(() => core.close());

  const session = async () => (await core.store.create({ door: 'cli' })).id;
  async function ask(sessionId: string, text: string): Promise<AssistantEntry> {
    const turn = await core.engine.startTurn(sessionId, { text, door: 'cli' });
    for await (const event of turn.events)
      if (event.type === 'turn.ended' && event.entry.kind === 'assistant') {
        await core.engine.memory.idle(sessionId);
        return event.entry;
      }
    return assert.fail('the turn has no end');
  }
  const sent = ({ report }: AssistantEntry) =>
    report?.segments.filter(({ kind }) => kind === 'directives') ?? [];

  it('is the later one of two on the same matter, until it is said again', async () => {
    const [first, second] = [await session(), await session()];
    await ask(first, tabs);
    await ask(second, `From now on, ${spaces.toLowerCase()}`);
    const [directive] = (await core.engine.memory.view(second)).directives;
    await core.engine.memory.promoteDirective(second, directive?.directiveId ?? '', 'cli');
    assert.deepEqual(
      sent(await ask(first, 'How do I indent?')).map(({ label }) => label),
      [own[0]?.text],
    );
    const [overridden] = (await core.engine.memory.view(first)).directives;
    assert.equal(overridden?.overriddenBy, own[0]?.directiveId);
    await ask(first, tabs);
    assert.deepEqual(
      sent(await ask(first, 'How do I indent now?')).map(({ label }) => label),
      [tabs],
    );
    assert.deepEqual(
      sent(await ask(second, 'How do I indent?')).map(({ label }) => label),
      [own[0]?.text],
    );
  });

  it('names the oldest that are not in every request, and has them where they matter', async () => {
    const things = ['harbours', 'ferries', 'cranes', 'docks', 'pilots', 'buoys', 'quays', 'locks'];
    own = things.map((thing, at) => ({
      directiveId: crypto.randomUUID(),
      text: `${thing}: ${Array.from({ length: 120 }, (_, n) => `${thing}${n}`).join(' ')}`,
      at,
    }));
    const id = await session();
    const reasons = ({ report }: AssistantEntry) => report?.omitted.map(({ reason }) => reason) ?? [];
    const entry = await ask(id, 'And now?');
    assert.ok(!sent(entry).some(({ label }) => label.startsWith('harbours')));
    assert.match(reasons(entry).join(), /the oldest of yours go only where they share words with the input/);
    const about = await ask(id, 'What of the harbours?');
    assert.ok(sent(about).some(({ label }) => label.startsWith('harbours')));
  });

  it('stays within what may be pinned, and names those that newer ones stand for', async () => {
    const letters = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa'];
    const colours = ['red', 'green', 'blue', 'white', 'black', 'brown', 'pink', 'grey', 'gold', 'silver'];
    own = Array.from({ length: 100 }, (_, n) => ({
      directiveId: crypto.randomUUID(),
      text: `Always mention ${letters[n % 10]} ${colours[Math.floor(n / 10)]} when you write reports of section ${n}.`,
      at: n,
    }));
    const id = await session();
    await ask(id, 'Always show diffs.');
    const entry = await ask(id, 'And now?');
    const tokens = sent(entry).reduce((sum, { text = '' }) => sum + estimateTokens(text), 0);
    assert.ok(tokens > 0 && tokens <= pinnedCeiling, `${tokens} tokens`);
    assert.ok(sent(entry).some(({ label }) => label === 'Always show diffs.'));
    assert.match(
      entry.report?.omitted.map(({ label, reason }) => `${label}: ${reason}`).join('\n') ?? '',
      /^\d+ directives of yours: Directives of every request may be about fifty sentences together; newer ones/,
    );
    const { directives } = await core.engine.memory.view(id);
    const left = directives.filter(({ because, scope }) => scope === 'user' && because === 'budget');
    assert.ok(left.length > 20, `${left.length} are marked in the list`);
  });
});
