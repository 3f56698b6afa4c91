/** Random entries of every kind, as drafts without a place. */
import fc from 'fast-check';
import {
  doors,
  type EntryDraft,
  type EntryKind,
  groundingModes,
  turnOutcomes,
} from '../../../../src/protocol/entries.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom('', '\u0000', '\n\r\u2028', '"\\', '😀'),
);
const some = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const id = fc.uuid();
const at = fc.integer({ min: 0, max: 4_000_000_000_000 });
const common = { id, at, door: fc.constantFrom(...doors) };
const optional = <T extends object>(required: { [K in keyof T]: fc.Arbitrary<T[K]> }, keys: (keyof T)[]) =>
  fc.record(required, {
    requiredKeys: (Object.keys(required) as (keyof T)[]).filter((key) => !keys.includes(key)),
  });

const textBlock = fc.record({ type: fc.constant('text' as const), text });
const userBlock = fc.oneof(
  textBlock,
  fc.record({
    type: fc.constant('image' as const),
    source: fc.record({
      type: fc.constant('base64' as const),
      media_type: fc.constantFrom('image/png' as const, 'image/webp' as const),
      data: fc.base64String(),
    }),
  }),
);
const assistantBlock = fc.oneof(
  textBlock,
  fc.record({ type: fc.constant('thinking' as const), thinking: text, signature: text }),
  fc.record({
    type: fc.constant('tool_use' as const),
    id: some,
    name: some,
    input: fc.dictionary(
      some.filter((key) => key !== '__proto__'),
      fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
      { maxKeys: 3 },
    ),
  }),
);
const usage = fc.record({
  inputTokens: fc.nat(),
  outputTokens: fc.nat(),
  cacheCreationTokens: fc.nat(),
  cacheReadTokens: fc.nat(),
});

/** One arbitrary for each kind, so that a kind that is new cannot be forgotten. */
const kinds: { [K in EntryKind]: fc.Arbitrary<EntryDraft> } = {
  user: optional(
    {
      ...common,
      kind: fc.constant('user' as const),
      turnId: id,
      content: fc.array(userBlock, { maxLength: 3 }),
      grounding: fc.constantFrom(...groundingModes),
      client: some,
      attachments: fc.array(
        fc.record({ kind: fc.constantFrom('file' as const, 'diff' as const), uri: text, path: text, text }),
        { maxLength: 2 },
      ),
    },
    ['client', 'attachments'],
  ),
  assistant: optional(
    {
      ...common,
      kind: fc.constant('assistant' as const),
      turnId: id,
      provider: some,
      model: some,
      content: fc.array(assistantBlock, { maxLength: 3 }),
      outcome: fc.constantFrom(...turnOutcomes),
      usage,
      costUsd: fc.double({ min: 0, max: 10, noNaN: true }).map((value) => value + 0),
    },
    ['outcome', 'usage', 'costUsd'],
  ),
  tool_result: fc.record({
    ...common,
    kind: fc.constant('tool_result' as const),
    turnId: id,
    results: fc.array(
      fc.record({
        type: fc.constant('tool_result' as const),
        tool_use_id: some,
        content: fc.array(textBlock, { maxLength: 2 }),
        is_error: fc.boolean(),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  frame: fc.record({
    ...common,
    kind: fc.constant('frame' as const),
    covers: fc.record({ fromId: id, toId: id }),
    method: fc.constantFrom('model' as const, 'extractive' as const, 'edited' as const),
    active: fc.boolean(),
    body: fc.record({
      goals: fc.array(text, { maxLength: 2 }),
      decisions: fc.array(fc.record({ what: text, why: text }), { maxLength: 2 }),
      facts: fc.array(text, { maxLength: 2 }),
      entities: fc.array(fc.record({ name: text, note: text }), { maxLength: 2 }),
      files: fc.array(fc.record({ path: text, state: text, symbols: fc.array(text, { maxLength: 2 }) }), {
        maxLength: 2,
      }),
      failed: fc.array(text, { maxLength: 2 }),
      openSteps: fc.array(text, { maxLength: 2 }),
      preferences: fc.array(text, { maxLength: 2 }),
    }),
  }),
  directive: fc.record({
    ...common,
    kind: fc.constant('directive' as const),
    directiveId: id,
    text: some,
    state: fc.constantFrom('candidate' as const, 'confirmed' as const, 'removed' as const),
  }),
  task: fc.record({
    ...common,
    kind: fc.constant('task' as const),
    taskId: id,
    title: some,
    state: fc.constantFrom('open' as const, 'done' as const, 'abandoned' as const),
    steps: fc.array(
      fc.record({ text, state: fc.constantFrom('pending' as const, 'awaited' as const, 'done' as const) }),
      {
        maxLength: 2,
      },
    ),
  }),
  title: fc.record({ ...common, kind: fc.constant('title' as const), title: some }),
  model: fc.record({ ...common, kind: fc.constant('model' as const), provider: some, model: some }),
  profile: fc.record({ ...common, kind: fc.constant('profile' as const), name: some }),
  rewind: fc.record({ ...common, kind: fc.constant('rewind' as const) }),
};

/** Objects as they come from JSON, with a prototype. */
export const draft: fc.Arbitrary<EntryDraft> = fc
  .oneof(...Object.values(kinds))
  .map((value) => structuredClone(value));

/** Drafts with an earlier one, the head or nothing as parent. */
export const log: fc.Arbitrary<EntryDraft[]> = fc
  .array(fc.tuple(draft, fc.option(fc.nat(), { nil: undefined })), { maxLength: 12 })
  .map((drawn) =>
    drawn.map(([value, place], at): EntryDraft => {
      if (place === undefined) return value;
      const parent = place % (at + 1);
      return { ...value, parentId: drawn[parent - 1]?.[0].id ?? null };
    }),
  );
