import assert from 'node:assert/strict';
import fc from 'fast-check';
import { emptyDraft, isBlank, joinAttachments, putBefore } from '../../../media/drafts.ts';
import type { Attachment } from '../../../src/protocol/entries.ts';

const file = (path: string): Attachment => ({ kind: 'file', uri: `file:///w/${path}`, path, text: '' });

describe('an input that comes back to the draft', () => {
  const check = (what: string, back: string, typed: string, text: string) =>
    it(what, () => {
      const draft = putBefore({ ...emptyDraft, text: typed }, { text: back, attachments: [] });
      assert.equal(draft.text, text);
    });
  check('stands in an empty input as it was', ' as it\n was ', '', ' as it\n was ');
  check('stands before what was typed meanwhile', 'first', 'second', 'first\nsecond');
  check('without words leaves what was typed', '', 'typed', 'typed');

  it('brings its attachments, each once, and leaves what is left out and edited', () => {
    const draft = {
      text: '',
      attachments: [file('a'), file('b')],
      excluded: [{ id: 'c', label: 'c.ts' }],
      pinned: [{ entryId: 'p', label: 'A turn' }],
      replaced: [{ partId: 'c', label: 'c.ts', text: 'C' }],
      edits: [{ entryId: 'd', text: 'D' }],
    };
    const joined = putBefore(draft, { text: 'x', attachments: [file('b'), file('e')] });
    assert.deepEqual(joined, { ...draft, text: 'x', attachments: [file('b'), file('e'), file('a')] });
  });

  it('loses no letter and no attachment', () => {
    const attachments = fc.array(fc.constantFrom('a', 'b', 'c', 'd').map(file), { maxLength: 6 });
    const some = fc.record({ text: fc.string({ maxLength: 8 }), attachments });
    fc.assert(
      fc.property(some, some, (typed, back) => {
        const joined = putBefore({ ...emptyDraft, ...typed }, back);
        for (const { text } of [typed, back]) assert.ok(text.trim() === '' || joined.text.includes(text));
        const paths = joined.attachments.map(({ path }) => path);
        const all = [...typed.attachments, ...back.attachments].map(({ path }) => path);
        for (const path of all) assert.ok(paths.includes(path));
        assert.equal(isBlank(joined), isBlank(typed) && isBlank(back));
      }),
    );
  });

  it('keeps the order in which things were attached', () => {
    const paths = joinAttachments([file('a'), file('b')], [file('c'), file('a')]).map(({ path }) => path);
    assert.deepEqual(paths, ['a', 'b', 'c']);
  });
});
