import assert from 'node:assert/strict';
import { mediaTypeOf, mostMediaBytes } from '../../../../src/core/workspace/media.ts';
import { notebookText } from '../../../../src/core/workspace/notebook.ts';

describe('What is attached as a file', () => {
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const cases: [what: string, file: Uint8Array, type: string | undefined][] = [
    ['a PNG', bytes('\x89PNG\r\n\x1a\n...'), 'image/png'],
    ['a JPEG', bytes('\xff\xd8\xff\xe0...'), 'image/jpeg'],
    ['a GIF', bytes('GIF89a...'), 'image/gif'],
    ['a WebP', bytes('RIFF\x01\x02\x03\x04WEBPVP8 '), 'image/webp'],
    ['a PDF', bytes('%PDF-1.7\n'), 'application/pdf'],
    ['a sound in the same container', bytes('RIFF\x01\x02\x03\x04WAVEfmt '), undefined],
    ['a text', bytes('export const a = 1;'), undefined],
    ['nothing', bytes(''), undefined],
  ];
  for (const [what, file, type] of cases)
    it(`is known as ${type ?? 'neither picture nor PDF'} where it is ${what}`, () =>
      assert.equal(mediaTypeOf(file), type));

  it('is no larger than what a request takes of it, once it is written as base64', () => {
    assert.ok((mostMediaBytes('image/png') * 4) / 3 <= 5 * 1024 * 1024);
    assert.ok((mostMediaBytes('application/pdf') * 4) / 3 < 32 * 1024 * 1024);
  });

  it('is the cells of a notebook, with what they printed and without pictures', () => {
    const text = notebookText(
      JSON.stringify({
        cells: [
          { cell_type: 'markdown', source: ['# Load\n', 'the data'] },
          {
            cell_type: 'code',
            source: 'print(1)\nplot()',
            outputs: [
              { output_type: 'stream', text: ['1\n'] },
              { output_type: 'display_data', data: { 'image/png': 'AAAA', 'text/plain': '<Figure>' } },
              { output_type: 'error', ename: 'ValueError', evalue: 'no', traceback: [] },
            ],
          },
        ],
      }),
    );
    assert.equal(
      text,
      '# Cell 1 (markdown)\n# Load\nthe data\n\n# Cell 2 (code)\nprint(1)\nplot()\n# Output\n1\n\n<Figure>\nValueError: no',
    );
  });

  it('has no line of an output that is cut', () => {
    const printed = [`${'x'.repeat(1_990)}\n`, 'API_KEY=canary-of-the-output\n', 'more\n'];
    const cells = [
      { cell_type: 'code', source: 'print()', outputs: [{ output_type: 'stream', text: printed }] },
    ];
    assert.equal(
      notebookText(JSON.stringify({ cells })),
      `# Cell 1 (code)\nprint()\n# Output\n${'x'.repeat(1_990)}`,
    );
  });

  for (const [what, json] of [
    ['no JSON', '{'],
    ['no notebook', '{"cells": 3}'],
  ] as const)
    it(`is as it is where it is ${what}`, () => assert.equal(notebookText(json), undefined));
});
