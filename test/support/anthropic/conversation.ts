/** The rules of a conversation: who speaks, with what, and that each tool call has its result. */
import { refuse } from './errors.ts';
import type { FakeBlock, FakeMessage } from './shapes.ts';

const onlyIn: Partial<Record<FakeBlock['type'], 'user' | 'assistant'>> = {
  tool_use: 'assistant',
  thinking: 'assistant',
  redacted_thinking: 'assistant',
  tool_result: 'user',
  image: 'user',
  search_result: 'user',
};

/** Throws `ApiFailure` when the API would refuse the messages under `version`. */
export function checkConversation(messages: readonly FakeMessage[], version: string): void {
  if (messages.find(({ role }) => role !== 'system')?.role !== 'user')
    refuse('messages: first message must use the "user" role');
  for (const [index, { role, content }] of messages.entries()) {
    const last = index === messages.length - 1 && role === 'assistant';
    if (content.length === 0 && !last)
      refuse(
        `messages.${index}: all messages must have non-empty content except for the optional final assistant message`,
      );
    for (const [place, part] of content.entries())
      checkBlock(part, role, `messages.${index}.content.${place}`, version);
    const end = content.at(-1);
    if (last && end?.type === 'text' && end.text !== end.text.trimEnd())
      refuse('messages: final assistant content cannot end with trailing whitespace');
  }
  checkTools(joined(messages));
  checkCitations(messages);
}

/** Source: https://platform.claude.com/docs/en/build-with-claude/search-results, on citation control. */
function checkCitations(messages: readonly FakeMessage[]): void {
  const results = messages.flatMap(({ content }) => content.filter(({ type }) => type === 'search_result'));
  const enabled = new Set(
    results.map((part) => part.type === 'search_result' && part.citations?.enabled === true),
  );
  if (enabled.size > 1) refuse('messages: citations must be enabled on all or none of the search results');
}

function checkBlock(part: FakeBlock, role: FakeMessage['role'], at: string, version: string): void {
  const speaker = onlyIn[part.type];
  if (speaker !== undefined && speaker !== role)
    refuse(`${at}: \`${part.type}\` blocks can only be in \`${speaker}\` messages`);
  checkText(part, at);
  if (part.type === 'search_result')
    for (const [place, inner] of part.content.entries()) checkText(inner, `${at}.content.${place}`);
  if (part.type === 'tool_result' && Array.isArray(part.content))
    for (const [place, inner] of part.content.entries()) checkText(inner, `${at}.content.${place}`);
  if (version !== '2026-10-21') return;
  if (part.type === 'document' && role === 'assistant')
    refuse(`${at}: \`document\` blocks can only be in \`user\` messages`);
  if (part.type === 'text' && role === 'user' && (part.citations?.length ?? 0) > 0)
    refuse(`${at}.citations: Extra inputs are not permitted`);
}

function checkText(part: FakeBlock, at: string): void {
  if (part.type !== 'text') return;
  if (part.text === '') {
    if (part.cache_control) refuse(`${at}.cache_control: cache_control cannot be set for empty text blocks`);
    refuse(`${at}: text content blocks must be non-empty`);
  }
  if (part.text.trim() === '') refuse(`${at}: text content blocks must contain non-whitespace text`);
}

interface Part {
  role: FakeMessage['role'];
  content: { block: FakeBlock; at: string }[];
  /** Place of its first message in the request. */
  index: number;
}

/** The API joins messages of one speaker that follow each other. */
function joined(messages: readonly FakeMessage[]): Part[] {
  const parts: Part[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const located = content.map((block, place) => ({ block, at: `messages.${index}.content.${place}` }));
    const before = parts.at(-1);
    if (before?.role === role) before.content.push(...located);
    else parts.push({ role, content: located, index });
  }
  return parts;
}

function checkTools(parts: readonly Part[]): void {
  const used = new Set<string>();
  for (const [place, part] of parts.entries()) {
    for (const { block, at } of part.content) {
      if (block.type !== 'tool_use') continue;
      if (used.has(block.id)) refuse(`${at}: \`tool_use\` ids must be unique`);
      used.add(block.id);
    }
    checkResults(part, idsCalled(parts[place - 1]));
    checkAnswered(part, parts[place + 1]);
  }
}

const idsCalled = (part: Part | undefined): string[] =>
  part?.role === 'assistant'
    ? part.content.flatMap(({ block }) => (block.type === 'tool_use' ? [block.id] : []))
    : [];

function checkResults(part: Part, called: readonly string[]): void {
  const seen = new Set<string>();
  for (const { block, at } of part.content) {
    if (block.type !== 'tool_result') continue;
    const id = block.tool_use_id;
    if (!called.includes(id))
      refuse(
        `${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    if (seen.has(id))
      refuse(
        `${at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      );
    seen.add(id);
  }
}

/** Results count only at the start of the next user message; text before them is as if they were missing. */
function checkAnswered(part: Part, next: Part | undefined): void {
  const called = idsCalled(part);
  const leading = next?.role === 'user' ? next.content.map(({ block }) => block) : [];
  const end = leading.findIndex(({ type }) => type !== 'tool_result');
  const answered = new Set(
    leading
      .slice(0, end < 0 ? leading.length : end)
      .flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : [])),
  );
  const missing = called.filter((id) => !answered.has(id));
  if (missing.length > 0)
    refuse(
      `messages.${part.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    );
}
