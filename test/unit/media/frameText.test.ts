import assert from 'node:assert/strict';
import fc from 'fast-check';
import { frameFrom, frameParts, frameTexts } from '../../../media/frameText.ts';
import { frameWords } from '../../panel/support/contextSamples.ts';

describe('the words of a frame as text', () => {
  it('have one item to a line, with a dash between what belongs to one', () => {
    const texts = frameTexts(frameWords);
    assert.equal(texts.decisions, 'Chunks of 8 MB — the gateway refuses more than 10 MB');
    assert.equal(texts.files, 'src/upload/retry.ts — changed — backoff, retry');
  });

  it('come back as they were', () => assert.deepEqual(frameFrom(frameTexts(frameWords)), frameWords));

  it('an item of several lines becomes one, and an empty line is none', () => {
    const body = { ...frameWords, goals: ['Two\n  lines.', ''] };
    assert.deepEqual(frameFrom(frameTexts(body)).goals, ['Two lines.']);
  });

  it('whatever is typed can be saved, and saving it once more changes nothing', () => {
    const text = fc.array(fc.oneof(fc.string(), fc.constantFrom(' — ', '\n', ',', '—', ' ')), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.constantFrom(...frameParts), text, (part, pieces) => {
        const once = frameFrom({ ...frameTexts(frameWords), [part]: pieces.join('') });
        assert.deepEqual(frameFrom(frameTexts(once)), frameFrom(frameTexts(frameFrom(frameTexts(once)))));
      }),
    );
  });
});
