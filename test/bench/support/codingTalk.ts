/** A long conversation about code, made from a seed: the same words, code and pauses on every machine. */

export interface TalkTurn {
  question: string;
  answer: string;
  /** Time before the question in ms: reading, trying and thinking. */
  thinkMs: number;
}

/** mulberry32: 32 bits of state, the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const areas = [
  'upload',
  'queue',
  'session',
  'billing',
  'search',
  'export',
  'login',
  'mailer',
  'cache',
  'report',
];
const parts = [
  'store',
  'worker',
  'handler',
  'parser',
  'client',
  'scheduler',
  'index',
  'view',
  'schema',
  'retry',
];
const verbs = [
  'resume',
  'validate',
  'merge',
  'flush',
  'load',
  'encode',
  'cancel',
  'measure',
  'split',
  'restore',
];
const things = [
  'Chunk',
  'Token',
  'Entry',
  'Invoice',
  'Batch',
  'Header',
  'Cursor',
  'Lease',
  'Draft',
  'Address',
];
const asks = [
  'Why does {fn} in {file} return nothing when the {thing} is empty?',
  'Can you make {fn} in {file} handle a {thing} that arrives twice?',
  'Write a test for {fn}; it should cover the case of {n} concurrent calls.',
  '{file} fails with a RangeError after {n} items. What is wrong there?',
  'Let’s move {fn} out of {file} because the {area} part should not know of it. How would you do that?',
  'How long may {fn} take before the {area} {part} gives up, and where is that decided?',
];
const reasons = [
  'because the {area} {part} keeps the old {thing} until the next tick',
  'since {fn} is called before the {part} has opened its file',
  'so that a restart of the {area} {part} loses nothing that was acknowledged',
  'because two callers may hold the same {thing} and only one of them is told',
];
const advice = [
  'The cause is in {file}: {fn} takes the {thing} from the {part} and never gives it back, {why}.',
  'I would keep the limit at {n} and let {fn} throw a named error, {why}.',
  'We will pass the {thing} in as an argument instead of reading it from the {area} {part}, {why}.',
  'The order matters here: first the {part} is flushed, then {fn} is called, {why}.',
  'It failed in the first attempt with a timeout after {n} ms, {why}.',
  'Still to do: rename the {area} {part} and write the migration for {n} rows.',
];

/** `length` 1 is about 700 tokens a turn, half of them code. */
export function codingTalk(turns: number, seed: number, length = 1): TalkTurn[] {
  const random = seeded(seed);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const number = (): string => String(2 + Math.floor(random() * 4_000));
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, slot: string) => {
      switch (slot) {
        case 'fn':
          return `\`${pick(verbs)}${pick(things)}\``;
        case 'file':
          return `src/${pick(areas)}/${pick(parts)}.ts`;
        case 'area':
          return pick(areas);
        case 'part':
          return pick(parts);
        case 'thing':
          return pick(things).toLowerCase();
        case 'n':
          return number();
        default:
          return fill(pick(reasons));
      }
    });
  const code = (lines: number): string => {
    const name = `${pick(verbs)}${pick(things)}`;
    const body = Array.from(
      { length: lines },
      () =>
        `  const ${pick(verbs)}${number()} = await ${pick(areas)}.${pick(verbs)}(${pick(things).toLowerCase()}, ${number()});`,
    );
    return `\`\`\`ts src/${pick(areas)}/${pick(parts)}.ts\nexport async function ${name}() {\n${body.join('\n')}\n}\n\`\`\``;
  };
  const times = (count: number) => Math.max(1, Math.round(count * length));
  return Array.from({ length: turns }, (_, index) => {
    const pasted = random() < 0.3 && length >= 1 ? `\n\n${code(times(8))}` : '';
    const question = `${fill(pick(asks))} ${Array.from({ length: times(2) }, () => fill(pick(advice))).join(' ')}${pasted}`;
    const said = Array.from({ length: times(5) }, () => fill(pick(advice))).join(' ');
    const answer = length >= 1 ? `${said}\n\n${code(times(10))}\n\n${fill(pick(advice))}` : said;
    // Every fifth pause is longer than the cache lives: a call, a meal, a review.
    const thinkMs =
      index % 5 === 4 ? 310_000 + Math.floor(random() * 3_000_000) : 20_000 + Math.floor(random() * 220_000);
    return { question, answer, thinkMs };
  });
}
