import assert from 'node:assert/strict';
import fc from 'fast-check';
import { detectDirectives } from '../../../../../src/core/context/directives/cues.ts';

describe('Standing instructions', () => {
  const confirmed = [
    'Always answer in French.',
    'Please always run the linter before you commit.',
    'Never use semicolons in my code.',
    'From now on, keep answers under ten lines.',
    'From now on you write tests first.',
    'Going forward, please name the files you changed.',
    'In future, your answers should name their sources.',
    'When I ask for SQL, always show the plan.',
    'Whenever you show code, please add a comment.',
    'I want you to always explain why.',
    'Could you always show the types?',
    'Make sure to always cite the file.',
    'Put the date in every answer.',
    'Every reply must end with the next step.',
  ];
  for (const text of confirmed) {
    it(`are plain in "${text}"`, () =>
      assert.deepEqual(detectDirectives(text), [{ text, strength: 'confirmed' }]));
  }

  const candidates = [
    'I prefer tabs over spaces.',
    'I really prefer short answers.',
    "I'd rather you asked first.",
    'Please use British spelling.',
    'Please avoid jargon.',
    'I would like you to explain each step.',
    'Call me Sam.',
    'I hate when you write long answers.',
    'Stop using emojis in your answers.',
    'My preference is a dark theme.',
    'I write in Vim rather than in Emacs.',
  ];
  for (const text of candidates) {
    it(`are to be confirmed in "${text}"`, () =>
      assert.deepEqual(detectDirectives(text), [{ text, strength: 'candidate' }]));
  }

  const none = [
    'I always forget my keys.',
    'She never answers.',
    'It has always been slow.',
    'Never mind.',
    'Never saw this coming.',
    'Never give up!',
    'Always nice to see you.',
    'Should I always use a transaction?',
    'You can always count on me.',
    'From now on I go to bed early.',
    'We deploy from now on each Friday, as you know.',
    'Fix the bug in the parser.',
    'The cache is never cleared, why?',
    '> Always answer in French.',
    '```\n// Always close the file.\nnever();\n```',
    '',
  ];
  for (const text of none) {
    it(`are not seen in ${JSON.stringify(text)}`, () => assert.deepEqual(detectDirectives(text), []));
  }

  it('are cut to the sentences concerned', () =>
    assert.deepEqual(
      detectDirectives(
        'Thanks, that works. Always use pnpm in this repository. Never call npm directly. What about the cache?\n- I prefer short names.',
      ),
      [
        { text: 'Always use pnpm in this repository. Never call npm directly.', strength: 'confirmed' },
        { text: 'I prefer short names.', strength: 'candidate' },
      ],
    ));

  it('are one each where they stand on lines without full stops', () =>
    assert.deepEqual(
      detectDirectives('- Always use tabs\n- Always use pnpm').map(({ text }) => text),
      ['Always use tabs', 'Always use pnpm'],
    ));

  it('are parts of the message, whatever it is', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'always',
            'use',
            'I prefer',
            'never',
            'you',
            '.',
            '!',
            '\n',
            '- ',
            '```',
            '> ',
            'tabs',
          ),
        ),
        (words) => {
          const text = words.join(' ');
          for (const directive of detectDirectives(text)) {
            for (const sentence of directive.text.split(/(?<=[.!?])\s+/))
              assert.ok(text.includes(sentence.trim()));
          }
        },
      ),
    ));
});
