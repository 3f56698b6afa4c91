/** A notebook by its cells, as text that reads like one: without pictures and other output that is no text. Pure. */
import { z } from 'zod';
import { firstLines } from './wholeLines.ts';

const lines = z.union([z.string(), z.array(z.string())]).transform((text) => [text].flat().join(''));
const output = z.looseObject({
  text: lines.optional(),
  data: z.looseObject({ 'text/plain': lines.optional() }).optional(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
});
const notebook = z.object({
  cells: z.array(
    z.looseObject({
      cell_type: z.string(),
      source: lines,
      outputs: z.array(output).optional().catch(undefined),
    }),
  ),
});

/** Characters of what a cell gave, in whole lines; the rest of a long table says little more. */
export const mostOutput = 2_000;

export const isNotebookName = (path: string): boolean => /\.ipynb$/i.test(path);

/** Undefined where the JSON is no notebook. */
export function notebookText(json: string): string | undefined {
  const parsed = notebook.safeParse(parsedJson(json));
  if (!parsed.success) return undefined;
  return cellsText(
    parsed.data.cells.map(({ cell_type: kind, source, outputs = [] }) => ({
      kind,
      source,
      outputs: outputs.map(outputText),
    })),
  );
}

interface NotebookCell {
  kind: string;
  source: string;
  outputs: readonly string[];
}

/** The line with which each cell begins. */
export const cellHeading = /^# Cell \d+ \(\w+\)$/;

const between = '\n\n';

export const cellsText = (cells: readonly NotebookCell[]): string => cells.map(cellText).join(between);

/** Which cells stand at these lines of the text: the first, and the one behind the last, counted from 0. */
export function cellsAt(
  cells: readonly NotebookCell[],
  { startLine, endLine }: { startLine: number; endLine: number },
): { first: number; end: number } {
  let line = 1;
  const starts = cells.map((cell, index) => {
    const start = line;
    line += `${cellText(cell, index)}${between}`.split('\n').length - 1;
    return start;
  });
  const at = (wanted: number) =>
    Math.max(
      0,
      starts.findLastIndex((start) => start <= wanted),
    );
  return { first: at(startLine), end: at(endLine) + 1 };
}

function cellText({ kind, source, outputs }: NotebookCell, index: number): string {
  const given = outputs.filter((text) => text.trim() !== '').join('\n');
  const shown = given === '' ? [] : ['# Output', firstLines(given, mostOutput)];
  return [`# Cell ${index + 1} (${kind})`, source, ...shown].join('\n');
}

function outputText({ text, data, ename, evalue }: z.output<typeof output>): string {
  return [text, data?.['text/plain'], ename && `${ename}: ${evalue ?? ''}`].filter((part) => part).join('\n');
}

function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
