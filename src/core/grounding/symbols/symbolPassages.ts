/** Where the symbols that a question names are defined and used, as the editor's language servers know it. */
import type { Passage } from '../../ports.ts';
import type { LanguageFeatures, WorkspaceFiles } from '../../tools/workspace/sources.ts';
import type { Chunk } from '../chunks.ts';
import { Lines } from '../lines.ts';
import { mostQuotedLines } from '../quote.ts';
import { mostWidenedLines, widened } from '../widen.ts';
import { namesIn } from './namedSymbols.ts';

export type SymbolPassage = Omit<Passage, 'score' | 'symbol'> & Required<Pick<Passage, 'symbol'>>;

export interface SymbolSources {
  files: Pick<WorkspaceFiles, 'shown' | 'read'>;
  language: Pick<LanguageFeatures, 'symbolsNamed' | 'references'>;
}

/** A name that is defined oftener is a common one, such as `run`. */
const mostDefinitions = 2;
/** Some show how a symbol is used; for all of them there is the tool. */
const mostUses = 2;
/** A server may name the definition first, and files that stay out; so many uses are looked at. */
const mostUsesSeen = 20;

/**
 * Tells each place as soon as it is known, of each name the definitions before the uses. What stays out or lies elsewhere
 * is not told. Never rejects for a server or a file that fails.
 */
export async function tellSymbols(
  question: string,
  sources: SymbolSources,
  tell: (passage: SymbolPassage) => void,
): Promise<void> {
  await Promise.all(
    namesIn(question).map((name) =>
      // The question is answered by its words then.
      new NamedSymbol(name, sources, tell).look().catch(() => undefined),
    ),
  );
}

interface Read {
  uri: string;
  lines: Lines;
}

class NamedSymbol {
  readonly #name: string;
  readonly #sources: SymbolSources;
  readonly #tell: (passage: SymbolPassage) => void;
  readonly #read = new Map<string, Promise<Read>>();

  constructor(name: string, sources: SymbolSources, tell: (passage: SymbolPassage) => void) {
    this.#name = name;
    this.#sources = sources;
    this.#tell = tell;
  }

  async look(): Promise<void> {
    const found = (await this.#sources.language.symbolsNamed(this.#name)).filter(
      // TypeScript's server writes functions with their parentheses.
      ({ name }) => name.replace(/\(.*\)$/s, '') === this.#name,
    );
    const definitions = (await this.#shown(found)).slice(0, mostDefinitions);
    for (const one of definitions) await this.#take('definition', one);
    for (const { uri, path, startLine, endLine } of definitions.slice(0, 1)) {
      const { lines } = await this.#text(path);
      const line = lineWith(this.#name, lines, { startLine, endLine });
      const known = line && (await this.#sources.language.references(uri, line, this.#name));
      if (!known) continue;
      const uses = known.uses
        .filter((use) => !definitions.some((one) => use.uri === one.uri && isWithin(use.line, one)))
        .slice(0, mostUsesSeen)
        .map((use) => ({ uri: use.uri, startLine: use.line, endLine: use.line }));
      for (const use of (await this.#shown(uses)).slice(0, mostUses)) await this.#take('use', use);
    }
  }

  /** Those whose files may be shown, with their paths. */
  async #shown<T extends { uri: string }>(places: readonly T[]): Promise<(T & { path: string })[]> {
    const paths = await this.#sources.files.shown(places.map(({ uri }) => uri));
    return places.flatMap((place, index) => {
      const path = paths[index];
      return path === undefined ? [] : [{ ...place, path }];
    });
  }

  #text(path: string): Promise<Read> {
    const reading =
      this.#read.get(path) ??
      this.#sources.files.read(path).then(({ uri, text }) => ({ uri, lines: new Lines(text) }));
    this.#read.set(path, reading);
    return reading;
  }

  async #take(as: 'definition' | 'use', place: Chunk & { path: string }): Promise<void> {
    const { path } = place;
    const { uri, lines } = await this.#text(path);
    // The server may have seen the file when it was longer.
    if (place.startLine > lines.count) return;
    const range = quotedRange(path, lines, place);
    const text = lines.slice(range.startLine, range.endLine);
    this.#tell({ uri, path, ...range, text, symbol: { name: this.#name, as } });
  }
}

const isWithin = (line: number, { startLine, endLine }: Chunk) => startLine <= line && line <= endLine;

/** Some servers begin a symbol with what is written above it. */
function lineWith(name: string, lines: Lines, { startLine, endLine }: Chunk): number | undefined {
  const last = Math.min(endLine, lines.count, startLine + mostQuotedLines);
  for (let line = startLine; line <= last; line++) if (lines.line(line).includes(name)) return line;
  return undefined;
}

/** All that the place is a part of, as other passages are; of what is too long for that, the lines from the place on. */
function quotedRange(path: string, lines: Lines, { startLine, endLine }: Chunk): Chunk {
  const last = Math.min(endLine, lines.count, startLine + mostWidenedLines - 1);
  const whole = widened(path, lines, { startLine, endLine: last });
  if (whole.endLine > whole.startLine) return whole;
  return { startLine, endLine: Math.min(lines.count, startLine + mostQuotedLines - 1) };
}
