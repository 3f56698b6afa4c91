import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noBlocks, splitBlocks } from '../../../media/markdown/blocks.ts';
import { linkTarget, pictureSource } from '../../../media/markdown/links.ts';
import { parser } from '../../../media/markdown/parser.ts';
import { hostile } from '../../panel/support/hostile.ts';
import { everyKindOfMarkdown, flaky } from '../../panel/support/texts.ts';

describe('Markdown', () => {
  it('no HTML of an answer is taken as HTML', () => {
    for (const text of hostile) {
      const tags = parser.render(text).match(/<[a-z][a-z0-9]*/g) ?? [];
      const strange = tags.filter((tag) =>
        /<(?:script|style|iframe|object|embed|svg|math|form|base|meta|link|video|audio|details|div|input|button)$/.test(
          tag,
        ),
      );
      assert.deepEqual(strange, [], text);
    }
  });

  describe('links', () => {
    const cases: [string, string | undefined][] = [
      ['https://example.com/a?b#c', 'https://example.com/a?b#c'],
      ['HTTP://EXAMPLE.com', 'http://example.com/'],
      ['javascript:alert(1)', undefined],
      ['JAVASCRIPT:alert(1)', undefined],
      ['command:a.b', undefined],
      ['vscode://file/etc', undefined],
      ['file:///etc/passwd', undefined],
      ['data:text/html,x', undefined],
      ['https://good.example@evil.example/', undefined],
      ['//evil.example', undefined],
      ['relative/path.ts', undefined],
      [`https://example.com/${'a'.repeat(9_000)}`, undefined],
    ];
    for (const [href, expected] of cases) {
      it(`${href.slice(0, 40)} ${expected ? 'is a link' : 'stays text'}`, () =>
        assert.equal(linkTarget(href), expected));
    }
  });

  it('pictures are those in the answer, of known kinds', () => {
    assert.ok(pictureSource('data:image/png;base64,iVBORw0KGgo='));
    for (const source of [
      'https://e.example/a.png',
      'data:image/svg+xml;base64,AAAA',
      'data:text/html;base64,AAAA',
      'data:image/png;base64,"><x',
    ]) {
      assert.equal(pictureSource(source), undefined, source);
    }
  });

  it('formulas stay as written, prices are not formulas', () => {
    assert.match(parser.render('so $a_1 * b_2$ holds'), /<code class="formula ">\$a_1 \* b_2\$<\/code>/);
    assert.match(parser.render('\\[ x_1 < y_2 \\]'), /class="formula whole">\\\[ x_1 &lt; y_2 \\\]</);
    assert.doesNotMatch(parser.render('it costs $5 to $6.'), /formula/);
  });

  it('the blocks of a text joined are the text', () => {
    assert.equal(splitBlocks(everyKindOfMarkdown).sources.join(''), everyKindOfMarkdown);
    assert.ok(splitBlocks(everyKindOfMarkdown).sources.length > 8);
  });

  it('blocks of a text that arrived in pieces are those of the whole text', () => {
    const text = `${everyKindOfMarkdown}\n\n${flaky}`;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
        let blocks = noBlocks;
        let end = 0;
        for (let at = 0; end < text.length; at++) {
          end = Math.min(text.length, end + (sizes[at % sizes.length] ?? 1));
          blocks = splitBlocks(text.slice(0, end), blocks);
        }
        assert.deepEqual(blocks.sources, splitBlocks(text).sources);
      }),
      { numRuns: 50 },
    );
  });

  it('finished blocks stay the same strings while the last one grows', () => {
    const before = splitBlocks('One.\n\nTwo.\n\nThr');
    const after = splitBlocks('One.\n\nTwo.\n\nThree.', before);
    assert.deepEqual(after.sources, ['One.\n\n', 'Two.\n\n', 'Three.']);
  });
});
