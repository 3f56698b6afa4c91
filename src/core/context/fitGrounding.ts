/** Which passages and files go within the share of grounding. Pure. */
import { type Omitted, total } from './fit.ts';
import type { Counted } from './parts.ts';
import type { PassagePart } from './workspacePassages.ts';

type Part = Counted<Pick<PassagePart, 'id' | 'label' | 'place' | 'rank' | 'partOf' | 'score'>>;

/**
 * What passages may take before whole files are looked at: half, so that neither one long file nor many passages leave
 * nothing to the other.
 */
const passageShare = 0.5;

/**
 * The chosen ones in their order, never of more tokens together than `share`. What the user asked for comes first, then
 * what is visible, the passages by what they are worth for their length, and the files that still fit as a whole, each
 * of which takes the place of its own passages. What is left out is named in `omitted`, unless it goes in another part.
 */
export function fitGrounding<P extends Part>(parts: readonly P[], share: number, omitted: Omitted): P[] {
  const chosen = new Set<P>();
  let room = share;
  const ranked = (rank: PassagePart['rank']) => parts.filter((part) => part.rank === rank);
  const chosenOf = (file: P) => [...chosen].filter(({ partOf }) => partOf === file.id);
  const isCovered = (part: P) => [...chosen].some((other) => other !== part && covers(other, part));
  /** Leaves `kept` free. */
  const take = (part: P, kept = 0): void => {
    if (chosen.has(part) || part.tokens > room - kept || isCovered(part)) return;
    chosen.add(part);
    room -= part.tokens;
  };
  for (const part of [...ranked(undefined), ...ranked('visible')]) take(part);
  const passages = ranked('passage').toSorted((a, z) => worth(z) - worth(a));
  const files = ranked('file');
  const kept = Math.min(total(files), Math.ceil(room * (1 - passageShare)));
  for (const part of passages) take(part, kept);
  for (const file of files) {
    const own = chosenOf(file);
    const freed = total(own);
    if (file.tokens > room + freed) continue;
    for (const part of own) chosen.delete(part);
    room += freed;
    take(file);
  }
  for (const part of passages) take(part);
  for (const part of parts) {
    if (chosen.has(part) || isCovered(part)) continue;
    const isCut = part.rank === 'file' && chosenOf(part).length > 0;
    omitted.push({ label: part.label, tokens: part.tokens, reason: isCut ? cut : unfit });
  }
  return parts.filter((part) => chosen.has(part));
}

/** As of recalled turns: by the score alone one long passage takes the place of several, and for each token scraps win. */
const worth = ({ score, tokens }: Part): number =>
  score === undefined ? Number.MAX_VALUE : score / Math.sqrt(Math.max(1, tokens));

const unfit = 'It did not fit beside the input.';
const cut =
  'All of it does not fit beside the input; what is visible of it and what of it fits the input best go alone.';

/** Whether all of a part goes in another one: in its file, or in what is visible of it. */
function covers(other: Part, { partOf, place }: Part): boolean {
  if (partOf === undefined) return false;
  if (other.id === partOf) return true;
  const seen = other.rank === 'visible' && other.partOf === partOf ? other.place : undefined;
  return (
    seen !== undefined &&
    place !== undefined &&
    seen.startLine <= place.startLine &&
    place.endLine <= seen.endLine
  );
}
