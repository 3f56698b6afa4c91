/** Which of the parts of one kind fit into their share. Pure. */
import type { ContextReport } from '../../protocol/report.ts';
import type { CountedUnit, SentUnit } from './bareUnits.ts';
import type { Unit } from './conversation.ts';
import type { KeptDocument } from './keptDocuments.ts';
import { mediaBytesOf, tooManyBytes } from './mediaBytes.ts';
import type { Counted, Part } from './parts.ts';

export type Omitted = ContextReport['omitted'];

export const total = (parts: readonly { tokens: number }[]): number =>
  parts.reduce((sum, part) => sum + part.tokens, 0);

/** The newest ones that take no more than that together, the oldest of them first. */
export function newestWithin<P extends { tokens: number }>(parts: readonly P[], tokens: number): P[] {
  let first = parts.length;
  let room = tokens;
  while (first > 0 && (parts[first - 1]?.tokens ?? 0) <= room) {
    first--;
    room -= parts[first]?.tokens ?? 0;
  }
  return parts.slice(first);
}

/** Parts in their order, each that still fits; the others are named in `omitted`. Changes `omitted` only. */
export function fitInOrder<P extends { label: string; tokens: number }>(
  parts: readonly P[],
  share: number,
  reason: string,
  omitted: Omitted,
): P[] {
  let room = share;
  return parts.filter((part) => {
    if (part.tokens <= room) {
      room -= part.tokens;
      return true;
    }
    omitted.push({ label: part.label, tokens: part.tokens, reason });
    return false;
  });
}

/** As `fitInOrder` with the last ones first; the order stays. */
export const fitNewest = <P extends { label: string; tokens: number }>(
  parts: readonly P[],
  share: number,
  reason: string,
  omitted: Omitted,
): P[] => fitInOrder(parts.toReversed(), share, reason, omitted).toReversed();

/** Documents that fit by their tokens and by their bytes, the newest first; the order stays. */
export function fitDocuments(
  documents: readonly Counted<KeptDocument>[],
  room: { tokens: number; mediaBytes: number },
  omitted: Omitted,
): Counted<KeptDocument>[] {
  let { tokens: left, mediaBytes } = room;
  return documents
    .toReversed()
    .filter((document) => {
      const { label, tokens } = document;
      const bytes = mediaBytesOf(document);
      if (tokens <= left && bytes <= mediaBytes) {
        left -= tokens;
        mediaBytes -= bytes;
        return true;
      }
      const reason =
        tokens <= left
          ? tooManyBytes
          : 'It does not fit beside the input. A model with a larger window may hold it.';
      omitted.push({ label, tokens, reason });
      return false;
    })
    .toReversed();
}

/** The newest run of frames without a hole: an older one is not worth more than the newer one that did not fit. */
export function fitFrames(
  frames: readonly Counted<Part>[],
  share: number,
  omitted: Omitted,
): Counted<Part>[] {
  const fitting = newestWithin(frames, share);
  const first = frames.length - fitting.length;
  for (const { label, tokens } of frames.slice(0, first))
    omitted.push({
      label,
      tokens,
      reason: 'Frames together may take a quarter of the budget; older ones are put into one of their own.',
    });
  return fitting;
}

/**
 * When the conversation outgrows its share it is cut at a place that stays the same for many turns, because
 * each move of the cut makes the API read everything anew. Cuts lie where this many log entries begin; where fewer
 * than twice as many fit, where half as many begin, and so on, so that a cut never takes most of what fits.
 */
const cutEvery = 32;

/** What is known of the conversation besides its units. */
export interface ConversationShare {
  /** Tokens it may take at most; the newest turn may take all the room there is. */
  tokens: number;
  room: number;
  /** Bytes its pictures and documents may take together, as base64. */
  mediaBytes: number;
  /** Older turns were not read, because the newer ones fill the share. */
  olderOmitted: boolean;
  /** Something the user said stands before it, so that it may begin with an answer. */
  follows: boolean;
}

/**
 * The newest units that fit, cut at a stable place; where nothing stands before it, it begins with an input. Pictures and
 * documents that have too many bytes are left out by themselves: what was said with them, and before them, stays.
 */
export function fitConversation(
  units: readonly CountedUnit[],
  share: ConversationShare,
  omitted: Omitted,
): SentUnit[] {
  const newest = Math.max(
    0,
    units.findLastIndex((unit) => unit.opens),
  );
  const ofNewest = total(units.slice(newest));
  const most = Math.min(share.room, Math.max(share.tokens, ofNewest));
  const sent = withinBytes(units, share.mediaBytes);
  let first = sent.length;
  let room = most;
  while (first > 0 && (sent[first - 1]?.tokens ?? 0) <= room) {
    first--;
    room -= sent[first]?.tokens ?? 0;
  }
  if (first > 0 || share.olderOmitted) first = stableCut(units, first);
  while (first < units.length && !units[first]?.opens && !(share.follows && first === 0)) first++;

  const left = units.slice(0, first);
  if (left.length > 0 || share.olderOmitted) {
    omitted.push({
      label: olderLabel(left, share.olderOmitted),
      tokens: total(left),
      reason: 'They do not fit into the token budget. They stay in the session and can be searched.',
    });
  }
  const kept = sent.slice(first);
  const bare = kept.filter(({ isBare }) => isBare).length;
  if (bare > 0) {
    omitted.push({
      label: `Pictures and documents of ${bare === 1 ? '1 earlier message' : `${bare} earlier messages`}`,
      // The words may take more than a picture of a few pixels.
      tokens: Math.max(0, total(units.slice(first)) - total(kept)),
      reason: `${tooManyBytes} What was said with them is sent.`,
    });
  }
  return kept;
}

/** All units, the newest ones with their pictures and documents as far as those may take so many bytes. */
function withinBytes(units: readonly CountedUnit[], mediaBytes: number): SentUnit[] {
  let left = mediaBytes;
  return units
    .toReversed()
    .map((unit): SentUnit => {
      const bytes = mediaBytesOf(unit);
      if (bytes === 0) return unit;
      if (bytes > left) return { ...unit, isBare: true, tokens: unit.bareTokens ?? unit.tokens };
      left -= bytes;
      return unit;
    })
    .toReversed();
}

function olderLabel(left: readonly Unit[], more: boolean): string {
  if (more) return 'Older turns';
  const turns = left.filter((unit) => unit.opens).length;
  // What stands before the first input, as an import or a fork may leave it, is no turn.
  if (turns === 0) return 'The beginning';
  return turns === 1 ? '1 older turn' : `${turns} older turns`;
}

/** The first unit at or after `first` that opens a new stretch of the log; `first` where there is none. */
function stableCut(units: readonly Counted<Unit>[], first: number): number {
  let every = cutEvery;
  while (every > 1 && every * 2 > units.length - first) every /= 2;
  const stretch = (unit: Unit) => Math.floor(unit.seq / every);
  // What begins a stretch of entries may be an answer; the cut is the first input in it.
  let before = units.slice(0, first).findLast((unit) => unit.opens);
  for (let index = first; index < units.length; index++) {
    const unit = units[index];
    if (!unit?.opens) continue;
    if (before && stretch(unit) !== stretch(before)) return index;
    before = unit;
  }
  return first;
}
