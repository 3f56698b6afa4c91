/**
 * Stretches of time that a question names: "yesterday", "in March", "two months ago", "on 16 August 2023".
 * Pure; days are counted in UTC, so whoever uses a stretch must be lenient by a day at its ends.
 */

export interface TimeRange {
  /** Milliseconds since 1970; `to` is the first moment after the stretch. */
  from: number;
  to: number;
}

const dayMs = 86_400_000;

const monthNames =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';
const firstLetters = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const seasons: Record<string, number> = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 };
const counts: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  'a couple of': 2,
  couple: 2,
  three: 3,
  'a few': 3,
  few: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};
const count = `\\d{1,3}|${Object.keys(counts)
  .sort((a, z) => z.length - a.length)
  .join('|')}`;

type Unit = 'day' | 'week' | 'month' | 'year';

interface Rule {
  pattern: RegExp;
  /** Undefined where the words only look like a time, such as a 31st of June. */
  range(groups: Record<string, string | undefined>, now: number): TimeRange | undefined;
}

/** More particular wordings stand first: what one has read is not read again by another. */
const rules: Rule[] = [
  {
    pattern: /\b(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})\b/g,
    range: ({ year, month, day }) => dayOf(Number(year), Number(month) - 1, Number(day)),
  },
  {
    pattern: pattern(
      `(?<day>\\d{1,2})(?:st|nd|rd|th)?(?: of)? (?<month>${monthNames})\\b\\.?(?:,? (?<year>\\d{4}))?`,
    ),
    range: namedDay,
  },
  {
    pattern: pattern(
      `(?<month>${monthNames})\\.? (?<day>\\d{1,2})(?:st|nd|rd|th)?\\b(?:,? (?<year>\\d{4}))?`,
    ),
    range: namedDay,
  },
  {
    pattern: pattern(
      `(?:(?<part>early|mid|late|beginning of|start of|middle of|end of)[ -](?:in )?)?(?<month>${monthNames})\\b\\.?,? (?:of )?(?<year>\\d{4})`,
    ),
    range: namedMonth,
  },
  {
    // "May" and "march" are also other words: without a year the month needs a word before it that dates it.
    pattern: pattern(
      `(?:in|during|since|of|last|this|early|mid|late|by|until|around)[ -](?<month>${monthNames})\\b`,
    ),
    range: namedMonth,
  },
  {
    pattern: pattern(
      `(?<which>in|during|since|last|this) (?:the )?(?<season>spring|summer|autumn|fall|winter)(?: of)?(?: (?<year>\\d{4}))?`,
    ),
    range: season,
  },
  {
    pattern: pattern('(?:in|during|since|of|year) (?<year>(?:19|20)\\d{2})'),
    range: ({ year }) => months(Number(year), 0, 12),
  },
  { pattern: pattern('(?:the )?day before yesterday'), range: (_, now) => daysAgo(now, 2) },
  { pattern: pattern('yesterday|last night'), range: (_, now) => daysAgo(now, 1) },
  {
    pattern: pattern('today|tonight|this (?:morning|afternoon|evening)|earlier today'),
    range: (_, now) => daysAgo(now, 0),
  },
  {
    pattern: pattern(
      `(?:in|over|during|within)? ?(?:the )?(?:last|past) (?<count>${count}) (?<unit>day|week|month|year)s?`,
    ),
    range: ({ count: written, unit }, now) => ({
      from: before(now, counted(written), unitOf(unit)),
      to: now + dayMs,
    }),
  },
  { pattern: pattern(`(?<count>${count}) (?<unit>day|week|month|year)s? (?:ago|back|earlier)`), range: ago },
  { pattern: pattern('(?<which>last|this|previous) (?<unit>week|weekend|month|year)'), range: calendar },
  { pattern: pattern(`(?:last|on|this past) (?<day>${weekdays.join('|')})`), range: weekday },
];

/** The stretches in the order in which they are named. Empty where a text names none. */
export function timeRanges(text: string, now: number): TimeRange[] {
  let rest = text.toLowerCase();
  const found: { place: number; range: TimeRange }[] = [];
  for (const rule of rules) {
    rest = rest.replace(rule.pattern, (match, ...more) => {
      const groups: Record<string, string | undefined> = more.at(-1) ?? {};
      const range = rule.range(typeof groups === 'object' ? groups : {}, now);
      if (!range) return match;
      found.push({ place: placeOf(more), range });
      return ' '.repeat(match.length);
    });
  }
  return found.sort((a, z) => a.place - z.place).map(({ range }) => range);
}

/** What happened is told in the same days or some days later; what is planned is told before. */
const toldAfterMs = 7 * dayMs;

/**
 * How well a moment fits: 1 within one of the stretches, less and less for a week after it and half a week before,
 * longer where the stretch itself is long, since "that year" is said less exactly than "that day".
 */
export function nearness(at: number, ranges: readonly TimeRange[]): number {
  let best = 0;
  for (const { from, to } of ranges) {
    const edge = Math.max(toldAfterMs, (to - from) / 4);
    if (at < from) best = Math.max(best, 1 - (from - at) / (edge / 2));
    else if (at < to) return 1;
    else best = Math.max(best, 1 - (at - to) / edge);
  }
  return best;
}

function pattern(source: string): RegExp {
  return new RegExp(`\\b(?:${source})\\b`, 'g');
}

/** `replace` passes the groups, then the place, the whole text, and the named groups where there are any. */
const placeOf = (more: readonly unknown[]): number =>
  Number(more.find((value) => typeof value === 'number') ?? 0);

const counted = (written = '1'): number => counts[written] ?? Number(written);

function unitOf(written: string | undefined): Unit {
  return written === 'week' || written === 'month' || written === 'year' ? written : 'day';
}

const startOfDay = (at: number): number => Math.floor(at / dayMs) * dayMs;

function daysAgo(now: number, days: number): TimeRange {
  const from = startOfDay(now) - days * dayMs;
  return { from, to: from + dayMs };
}

function dayOf(year: number, month: number, day: number): TimeRange | undefined {
  const from = Date.UTC(year, month, day);
  if (new Date(from).getUTCMonth() !== month) return undefined;
  return { from, to: from + dayMs };
}

function months(year: number, month: number, length: number): TimeRange {
  return { from: Date.UTC(year, month, 1), to: Date.UTC(year, month + length, 1) };
}

const monthOf = (written = ''): number => firstLetters.indexOf(written.slice(0, 3));

/** A month or day without a year is the last one that has begun. */
function yearOf(written: string | undefined, month: number, day: number, now: number): number {
  if (written !== undefined) return Number(written);
  const year = new Date(now).getUTCFullYear();
  return Date.UTC(year, month, day) > now ? year - 1 : year;
}

function namedDay(groups: Record<string, string | undefined>, now: number): TimeRange | undefined {
  const month = monthOf(groups.month);
  const day = Number(groups.day);
  return dayOf(yearOf(groups.year, month, day, now), month, day);
}

function namedMonth(groups: Record<string, string | undefined>, now: number): TimeRange {
  const month = monthOf(groups.month);
  const year = yearOf(groups.year, month, 1, now);
  const whole = months(year, month, 1);
  const third = (whole.to - whole.from) / 3;
  const part = groups.part ?? '';
  if (/^(?:early|beginning|start)/.test(part)) return { from: whole.from, to: whole.from + third };
  if (/^mid/.test(part)) return { from: whole.from + third, to: whole.to - third };
  if (/^(?:late|end)/.test(part)) return { from: whole.to - third, to: whole.to };
  return whole;
}

/** Of the northern half of the earth, three whole months; "last summer" is one that is over. */
function season(groups: Record<string, string | undefined>, now: number): TimeRange {
  const month = seasons[groups.season ?? ''] ?? 0;
  const range = months(yearOf(groups.year, month, 1, now), month, 3);
  const running = groups.which === 'last' && groups.year === undefined && range.to > now;
  return running ? months(new Date(range.from).getUTCFullYear() - 1, month, 3) : range;
}

function before(now: number, amount: number, unit: Unit): number {
  if (unit === 'day') return now - amount * dayMs;
  if (unit === 'week') return now - amount * 7 * dayMs;
  const date = new Date(now);
  date.setUTCMonth(date.getUTCMonth() - amount * (unit === 'month' ? 1 : 12));
  return date.getTime();
}

/** "Two months ago" is said of anything about then: half a unit to each side. */
function ago({ count: written, unit }: Record<string, string | undefined>, now: number): TimeRange {
  const amount = counted(written);
  const kind = unitOf(unit);
  if (kind === 'day') return daysAgo(now, amount);
  const middle = before(now, amount, kind);
  const half = (now - before(now, 1, kind)) / 2;
  return { from: middle - half, to: middle + half };
}

function calendar({ which, unit }: Record<string, string | undefined>, now: number): TimeRange {
  const back = which === 'this' ? 0 : 1;
  const date = new Date(now);
  if (unit === 'year') return months(date.getUTCFullYear() - back, 0, 12);
  if (unit === 'month') return months(date.getUTCFullYear(), date.getUTCMonth() - back, 1);
  // Weeks begin on Monday.
  const monday = startOfDay(now) - (((date.getUTCDay() + 6) % 7) + back * 7) * dayMs;
  if (unit === 'week') return { from: monday, to: monday + 7 * dayMs };
  return { from: monday + 5 * dayMs, to: monday + 7 * dayMs };
}

function weekday({ day }: Record<string, string | undefined>, now: number): TimeRange {
  const back = (new Date(now).getUTCDay() - weekdays.indexOf(day ?? '') + 7) % 7;
  return daysAgo(now, back === 0 ? 7 : back);
}
