import assert from 'node:assert/strict';
import { begunMention, withMention } from '../../../media/mentionDraft.ts';

describe('A name that is begun with @', () => {
  /** The caret is where the bar stands. */
  const cases: [draft: string, typed: string | undefined][] = [
    ['@|', ''],
    ['@up|', 'up'],
    ['Why does @src/up|', 'src/up'],
    ['Why (@up|', 'up'],
    ['first\n@up|', 'up'],
    ['@up load|', undefined],
    ['@up| and @down', 'up'],
    ['mail ada@example|', undefined],
    ['ada.@x|', undefined],
    ['no name|', undefined],
    [`@${'x'.repeat(90)}|`, undefined],
    ['|@up', undefined],
  ];
  for (const [draft, typed] of cases)
    it(`is ${typed === undefined ? 'none' : JSON.stringify(typed)} in ${JSON.stringify(draft).slice(0, 40)}`, () => {
      const caret = draft.indexOf('|');
      assert.equal(begunMention(draft.replace('|', ''), caret)?.typed, typed);
    });

  const chosen: [draft: string, label: string, after: string][] = [
    ['Why does @up|', 'upload.ts', 'Why does @upload.ts |'],
    ['Why does @up| fail?', 'upload.ts', 'Why does @upload.ts| fail?'],
    ['As in @fi|', 'Fix the upload', 'As in “Fix the upload” |'],
  ];
  for (const [draft, label, after] of chosen)
    it(`stands as ${JSON.stringify(after)} once ${label} is chosen`, () => {
      const caret = draft.indexOf('|');
      const text = draft.replace('|', '');
      const begun = begunMention(text, caret);
      assert.ok(begun);
      const made = withMention(text, begun, label);
      const bar = after.indexOf('|');
      assert.equal(made.text, after.replace('|', ''));
      // Behind the blank, whether it was there before or not.
      assert.equal(made.caret, after.endsWith('|') ? bar : bar + 1);
    });
});
