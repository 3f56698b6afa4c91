import assert from 'node:assert/strict';
import { type SegmentChoices, segmentChoices } from '../../../media/segmentChoices.ts';
import type { Segment } from '../../../src/protocol/report.ts';

const ids = (from: number, count: number) => Array.from({ length: count }, (_, place) => `e${from + place}`);
const pinned = (entryIds: string[]) => entryIds.map((entryId) => ({ entryId, label: 'x' }));

function check(
  segment: Pick<Segment, 'kind' | 'partId' | 'entryIds'>,
  already: string[],
  expected: SegmentChoices,
): void {
  assert.deepEqual(segmentChoices(segment, pinned(already)), expected);
}

const none = { canEdit: false, canLeaveOut: false };

describe('What can be decided about a segment', () => {
  it('of a kept document is to leave it out, since it is sent as it was', () =>
    check({ kind: 'conversation', partId: 'document:a', entryIds: ['a'] }, [], {
      pin: undefined,
      canEdit: false,
      canLeaveOut: true,
    }));

  it('of a recalled turn is all', () =>
    check({ kind: 'recall', partId: 'recall:a', entryIds: ['a'] }, [], {
      pin: 'pin',
      canEdit: true,
      canLeaveOut: true,
    }));

  it('of what is neither a part nor said is nothing', () =>
    check({ kind: 'tools' }, [], { pin: undefined, ...none }));

  const turns: [what: string, count: number, already: string[], pin: SegmentChoices['pin']][] = [
    ['can be pinned', 200, [], 'pin'],
    ['that are pinned can be unpinned', 200, ids(0, 200), 'unpin'],
    ['of which some are pinned can be pinned as a whole', 200, ids(0, 5), 'pin'],
    ['cannot be pinned where they are more than a turn takes', 201, [], undefined],
    ['cannot be pinned where they are too many beside what is pinned', 200, ['other'], undefined],
  ];
  for (const [what, count, already, pin] of turns)
    it(`of earlier turns: ${count} entries ${what}`, () =>
      check({ kind: 'conversation', entryIds: ids(0, count) }, already, { pin, ...none }));
});
