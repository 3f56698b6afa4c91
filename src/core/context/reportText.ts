/** A context report for people to read, as Markdown. Pure. */
import { plainText, type Usage } from '../../protocol/content.ts';
import type { Entry } from '../../protocol/entries.ts';
import { type ContextReport, reportTokens, type Segment } from '../../protocol/report.ts';

/** `entryOf` finds the entries that segments name. */
export function reportText(
  report: ContextReport,
  usage: Usage | undefined,
  entryOf: (id: string) => Entry | undefined,
): string {
  const sent = reportTokens(report);
  const lines = [
    `# What was sent to ${oneLine(report.model)}`,
    '',
    `About ${count(sent)} tokens of a budget of ${count(report.budget)}: the window of ${count(report.window)} less ${count(report.outputReserve)} kept for the answer and a margin.`,
  ];
  if (usage) {
    const prompt = usage.inputTokens + usage.cacheCreationTokens + usage.cacheReadTokens;
    lines.push(
      '',
      `The API counted ${count(prompt)} tokens of input (${count(usage.cacheReadTokens)} read from the cache, ${count(usage.cacheCreationTokens)} written to it) and ${count(usage.outputTokens)} of output.`,
    );
  }
  lines.push('', '| Part | Tokens | Why |', '| --- | ---: | --- |');
  for (const { kind, label, tokens, reason } of report.segments) {
    lines.push(`| ${cell(`${label} (${kind})`)} | ${count(tokens)} | ${cell(reason)} |`);
  }
  if (report.masked) {
    lines.push('', '## Masked', '', '| What | Values |', '| --- | ---: |');
    for (const { what, count: values } of report.masked) lines.push(`| ${cell(what)} | ${count(values)} |`);
  }
  const { transformed } = report;
  if (transformed) {
    lines.push('', '## Changed by your transforms', '', `By ${transformed.files.map(oneLine).join(', ')}.`);
    for (const { place, text, cut } of transformed.parts) {
      const sentInstead = text === '' ? 'Taken out.' : text === undefined ? undefined : fenced(text);
      lines.push('', `### ${oneLine(place)}, as it was sent`);
      if (sentInstead !== undefined) lines.push('', sentInstead);
      if (cut) lines.push('', 'More was sent than is kept here.');
    }
  }
  if (report.omitted.length > 0) {
    lines.push('', '## Left out', '', '| Part | Tokens | Why |', '| --- | ---: | --- |');
    for (const { label, tokens, reason } of report.omitted) {
      lines.push(`| ${cell(label)} | ${count(tokens)} | ${cell(reason)} |`);
    }
  }
  for (const segment of report.segments) {
    const text = textOf(segment, entryOf);
    if (text !== '') lines.push('', `## ${oneLine(segment.label)}`, '', fenced(text));
  }
  return `${lines.join('\n')}\n`;
}

const count = (tokens: number): string => tokens.toLocaleString('en-US');
/** Names of files may have line breaks, which would end a heading or a row. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');
const cell = (text: string): string => oneLine(text).replaceAll('|', ' ');

function textOf(segment: Segment, entryOf: (id: string) => Entry | undefined): string {
  if (segment.text !== undefined) return segment.text;
  return (segment.entryIds ?? [])
    .flatMap((id) => {
      const entry = entryOf(id);
      return entry?.kind === 'user' || entry?.kind === 'assistant'
        ? [`[${entry.kind}]\n${plainText(entry.content)}`]
        : [];
    })
    .join('\n\n');
}

/** In a fence longer than any in the text, so that the text cannot end it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
