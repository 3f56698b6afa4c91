import assert from 'node:assert/strict';
import { conversation, indexOf, monday, shippedVectors } from './samples.ts';

const dayMs = 86_400_000;

describe('Recall of older turns', () => {
  const cases: { title: string; lines: string[]; asked: string; first: string }[] = [
    {
      title: 'finds a word in another form',
      lines: ['user: The invoices live in a table of their own.', 'assistant: Good.'],
      asked: 'Where is the invoice?',
      first: '1',
    },
    {
      title: 'finds a verb by its irregular past',
      lines: ['user: Let us sell the boat.', 'user: We bought a printer.', 'user: The cat is grey.'],
      asked: 'What did I buy?',
      first: '2',
    },
    {
      title: 'finds a part of an identifier',
      lines: ['user: maxUploadSize is 5 MB.', 'user: The port is 61900.'],
      asked: 'what was the upload limit',
      first: '1',
    },
    {
      title: 'prefers what the user said to the answer that repeats it',
      lines: [
        'user: The deadline of the parser is Friday.',
        'assistant: Noted, the deadline of the parser is Friday, so the parser comes first.',
      ],
      asked: 'When is the deadline of the parser?',
      first: '1',
    },
    {
      title: 'prefers what was brought up to the reply that takes up its answer',
      lines: [
        'user: Thanks, the nightly backup goes to the archive disk.',
        'assistant: Fine.',
        'user: What about fonts?',
        'assistant: Larger ones.',
        'user: Listen, the nightly backup goes to the archive disk.',
      ],
      asked: 'Where does the nightly backup go?',
      first: '5',
    },
    {
      title: 'finds the answer where what the assistant said is asked for',
      lines: [
        'user: Which database fits?',
        'assistant: I recommend an embedded database: no server to run.',
        'user: Fine.',
      ],
      asked: 'Which embedded database did you recommend, and which server?',
      first: '2',
    },
    {
      title: 'finds a short reply by the question before it',
      lines: [
        'Anna: Where do you keep the spare key of the garden shed?',
        'Ben: Under the blue pot.',
        'Anna: The train was late again this morning.',
        'Ben: Trains are like that.',
        'Ben: It will rain tomorrow, they say.',
      ],
      asked: 'Where does Ben keep the spare key?',
      first: '2',
    },
    {
      title: 'prefers turns of whoever is named',
      lines: [
        'Anna: I adopted a dog from the shelter.',
        'Ben: I adopted a dog from the shelter.',
        'Anna: Nice weather.',
      ],
      asked: 'When did Ben adopt a dog?',
      first: '2',
    },
    {
      title: 'takes the words around pasted code for more than the code',
      lines: [
        'user: This is slow:\n```\nretry retry retry timeout retry timeout\n```',
        'user: Set the timeout of a retry to two seconds.',
      ],
      asked: 'What is the timeout of a retry?',
      first: '2',
    },
  ];
  for (const { title, lines, asked, first } of cases) {
    it(title, () => {
      const [hit] = indexOf(conversation(lines)).search({ text: asked, limit: 5 });
      assert.equal(hit?.id, first);
    });
  }

  it('understands a question that points back by what was said before it', () => {
    const index = indexOf(
      conversation([
        'user: The printer in the cellar is called Hugo.',
        'user: Trains were late.',
        'user: It rains.',
        'user: And the scanner is called Emma.',
      ]),
    );
    const before = 'The printer in the cellar has no toner.';
    assert.equal(index.search({ text: 'What is it called?', before, limit: 1 })[0]?.id, '1');
    const whole = 'Which scanner was called Emma last time?';
    assert.deepEqual(
      index.search({ text: whole, before, limit: 5 }),
      index.search({ text: whole, limit: 5 }),
    );
  });

  it('tells which words were found, as the user wrote them', () => {
    const index = indexOf(conversation(['user: The invoices are paid.', 'user: Hello.']));
    const [hit] = index.search({ text: 'Which Invoice was PAID?', limit: 1 });
    assert.deepEqual(hit?.terms, ['Invoice', 'PAID']);
    assert.equal(hit?.why, 'words');
  });

  it('says of a short reply that it was found by what stands around it', () => {
    const lines = ['Anna: Where is the spare key?', 'Ben: Under the blue pot.'];
    assert.deepEqual(
      indexOf(conversation(lines), shippedVectors)
        .search({ text: 'spare key', limit: 5 })
        .map(({ id, why, terms }) => ({ id, why, terms })),
      [
        { id: '1', why: 'words', terms: ['spare', 'key'] },
        { id: '2', why: 'neighbour', terms: [] },
      ],
    );
  });

  it('finds what was meant where no word is shared, and says so', () => {
    const lines = [
      'user: My dentist pulled a tooth.',
      'user: The parser fails on tabs.',
      'user: Trains were late.',
    ];
    const asked = { text: 'medical surgery', limit: 1 };
    assert.deepEqual(
      indexOf(conversation(lines), shippedVectors)
        .search(asked)
        .map(({ id, why, terms }) => ({ id, why, terms })),
      [{ id: '1', why: 'meaning', terms: [] }],
    );
    assert.deepEqual(indexOf(conversation(lines)).search(asked), []);
  });

  it('prefers what was said when the question says, and never hides the rest', () => {
    const index = indexOf([
      ...conversation(['user: The release slipped.'], monday),
      ...conversation(['user: The release slipped.'], monday + 60 * dayMs),
    ]);
    const hits = index.search({
      text: 'Why did the release slip in early March?',
      limit: 5,
      now: monday + 90 * dayMs,
    });
    assert.deepEqual(
      hits.map(({ index: place }) => place),
      [0, 1],
    );
  });

  it('gives time as the reason where nothing else was asked for', () => {
    const index = indexOf(conversation(['user: The cat sleeps.'], monday));
    const [hit] = index.search({ text: 'What was yesterday?', limit: 5, now: monday + dayMs });
    assert.equal(hit?.why, 'time');
  });

  it('counts a hit on a note for the turns it stands for', () => {
    const index = indexOf(
      conversation([
        'user: Use the one with three columns.',
        'assistant: Done.',
        'user: The weather is fine.',
        'note(1): The layout of the invoice was decided.',
      ]),
    );
    const hits = index.search({ text: 'What was decided about the invoice layout?', limit: 5 });
    assert.deepEqual(
      hits.slice(0, 2).map(({ id, why }) => ({ id, why })),
      [
        { id: '4', why: 'note' },
        { id: '1', why: 'note' },
      ],
    );
    assert.deepEqual(index.document(3).covers, ['1']);
  });

  it('keeps the tenth place for a standing instruction that shares no word with the question', () => {
    const talk = Array.from({ length: 30 }, (_, place) => `user: Login attempt ${place} failed.`);
    const index = indexOf(
      conversation([
        ...talk,
        'assistant: I see.',
        'user: Always answer login questions with an example when I ask about security.',
        ...talk,
      ]),
    );
    const hits = index.search({ text: 'Why did login attempt 7 fail?', limit: 10 });
    assert.equal(hits.length, 10);
    assert.equal(hits.at(-1)?.id, '32');
  });

  it('takes a pasted log for its rarest words and not for its times', () => {
    const letters = 'abcdefghi';
    const common = [...letters].flatMap((a) => [...letters].map((z) => `q${a}x${z}`)).join(' ');
    const lines = ['user: The gasket leaks.', ...Array.from({ length: 9 }, () => `user: ${common}`)];
    const index = indexOf(conversation(lines));
    const log = [...letters].map((_, at) => `2025-03-0${at + 1} ${common}`).join('\n');
    const hits = index.search({ text: `${log}\ngasket`, limit: 20, now: monday });
    assert.deepEqual(hits.find(({ id }) => id === '1')?.terms, ['gasket']);
    const times = log.replaceAll(common, '');
    assert.deepEqual(index.search({ text: times, limit: 3, now: monday }), []);
  });

  it('returns only documents that are accepted', () => {
    const index = indexOf(conversation(['user: A parser.', 'user: A parser.', 'user: A parser.']));
    const hits = index.search({ text: 'parser', limit: 5, accepts: (place) => place !== 1 });
    assert.deepEqual(hits.map(({ id }) => id).sort(), ['1', '3']);
  });

  it('does not take the last turn of one session for the neighbour of the next', () => {
    const index = indexOf([
      ...conversation(['user: Where is the spare key?']),
      ...conversation(['user: Fine.', 'user: Thanks.']),
    ]);
    assert.deepEqual(
      index.search({ text: 'spare key', limit: 5 }).map(({ index: place }) => place),
      [0],
    );
  });

  it('does not take the first turn after a night for a reply to the evening before', () => {
    const index = indexOf([
      ...conversation(['user: Where is the spare key?']),
      { id: '2', seq: 2, at: monday + dayMs, role: 'user', text: 'Fine.' },
    ]);
    assert.equal(index.search({ text: 'spare key', limit: 5 }).length, 1);
  });

  for (const text of ['', '   ', 'what is this', '!?', '\u0000']) {
    it(`finds nothing for ${JSON.stringify(text)}`, () => {
      assert.deepEqual(indexOf(conversation(['user: A parser.'])).search({ text, limit: 5 }), []);
    });
  }

  it('finds nothing where nothing is', () => {
    assert.deepEqual(indexOf([]).search({ text: 'parser yesterday', limit: 5 }), []);
    assert.throws(() => indexOf([]).document(0), RangeError);
  });
});
