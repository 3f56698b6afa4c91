/** Mail addresses, phone numbers, and the names a user has listed. Pure; every repetition is bounded. */
import type { FoundSecret, PersonalData } from '../ports.ts';

const mail = /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z\d](?:[a-z\d-]{0,62})\.){1,4}[a-z]{2,24}(?![\w-])/giu;

/**
 * With a country's code, or in three or more groups as people write them. A run of digits alone is as often an id, and a
 * version, a date or an address of a network is none.
 */
const phone =
  /(?<![\w.:/+-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){1,4}|\(\d{3,4}\) ?\d{3}[ -]\d{4}|\d{3}-\d{3}-\d{4})(?![\w.:/-]*\d)/g;

/** Of a number written out: the shortest of any country has seven digits, the longest fifteen. */
const isNumber = (text: string): boolean => {
  const digits = text.replace(/\D/g, '').length;
  return digits >= 7 && digits <= 15;
};

/** Addresses that nobody has: those of the domains that are kept for examples, and of what answers nobody. */
const isNobody = (address: string): boolean =>
  /@(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?$|^(?:git|noreply|no-reply)@|@users\.noreply\./i.test(
    address,
  );

export function personalData(text: string, { contacts, names }: PersonalData): FoundSecret[] {
  const found = (pattern: RegExp, kind: string, fits: (value: string) => boolean) =>
    [...text.matchAll(pattern)].flatMap(({ 0: value, index }) =>
      fits(value) ? [{ start: index, end: index + value.length, group: 'private' as const, kind }] : [],
    );
  const listed = nameList(names);
  return [
    ...(contacts ? found(mail, 'mail', (value) => !isNobody(value)) : []),
    ...(contacts ? found(phone, 'phone', isNumber) : []),
    ...(listed ? found(listed, 'name', () => true) : []),
  ];
}

/** Whole words, in either case, however many spaces stand between the parts of a name. */
function nameList(names: readonly string[]): RegExp | undefined {
  const patterns = names
    .map((name) => name.trim())
    .filter((name) => name.length >= 2)
    .map((name) => name.split(/\s+/).map(escaped).join('\\s{1,4}'));
  // The longest first, so that a full name is one and not a first name with a rest.
  patterns.sort((a, b) => b.length - a.length);
  if (patterns.length === 0) return undefined;
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${patterns.join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
}

/** A text as a pattern that fits it alone. */
const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
