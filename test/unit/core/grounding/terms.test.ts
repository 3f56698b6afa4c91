import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isStopWord, terms } from '../../../../src/core/grounding/terms.ts';

describe('Terms of a text', () => {
  const cases: { text: string; expected: string[] }[] = [
    { text: 'maxUploadSize', expected: ['max', 'upload', 'size', '=maxuploadsize'] },
    { text: 'MAX_UPLOAD_SIZE', expected: ['max', 'upload', 'size', '=max_upload_size'] },
    { text: 'max-upload-size', expected: ['max', 'upload', 'size'] },
    { text: 'parseHTTPHeader2', expected: ['pars', 'http', 'header', '2', '=parsehttpheader2'] },
    { text: 'retries, retried; retry!', expected: ['retri', 'retri', 'retri'] },
    { text: 'src/rateLimit.ts', expected: ['src', 'rate', 'limit', '=ratelimit', 'ts'] },
    { text: 'Größe überprüfen', expected: ['größe', 'überprüfen'] },
    { text: '文件上传', expected: ['文件', '件上', '上传'] },
    { text: '', expected: [] },
    { text: '{}();', expected: [] },
    { text: 'a'.repeat(65), expected: [] },
  ];
  for (const { text, expected } of cases) {
    it(`are ${expected.join(' ') || 'none'} for ${JSON.stringify(text.slice(0, 30))}`, () =>
      assert.deepEqual(terms(text), expected));
  }

  it('are the same for a word in any case and between any marks', () =>
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,12}$/),
        fc.constantFrom(' ', '.', '(', '"', '\n', '-'),
        (word, mark) => {
          const plain = terms(word);
          assert.deepEqual(terms(`${mark}${word}${mark}`), plain);
          assert.deepEqual(terms(word.toUpperCase()), plain);
        },
      ),
    ));

  it('are never empty words, whatever the text', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        for (const term of terms(text)) assert.ok(term.length > 0 && term === term.toLowerCase());
      }),
    ));

  for (const word of ['how', 'does', 'the', 'what', 'this']) {
    it(`do not count "${word}" as asked for`, () => assert.ok(isStopWord(terms(word)[0] ?? '')));
  }
});
