/** How every benchmark prints its tables and, with `--json FILE`, writes them for comparison between versions. */
import { writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';

/** A row is a system; its other columns are figures, with the unit in their names. */
export interface Row {
  system: string;
  [figure: string]: number | string | undefined;
}
export interface Table {
  name: string;
  rows: readonly Row[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Of each figure the median over all runs that have it. */
export function medianFigures(runs: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = new Set(runs.flatMap((run) => Object.keys(run)));
  return Object.fromEntries([...names].map((name) => [name, median(runs.flatMap((run) => run[name] ?? []))]));
}

/** How often to measure: `--repeats N` on the command line, else what the benchmark thinks enough. */
export function repeats(usual: number): number {
  const wanted = Number(option('--repeats'));
  return Number.isInteger(wanted) && wanted > 0 ? wanted : usual;
}

/** The value after a name on the command line. */
export function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

const written = (value: number | string | undefined): string => {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
};

/** Prints rows under one head line; columns are all figures that any row has, in the order they appear. */
export function printTable(rows: readonly Row[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => written(row[column])))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0)));
  for (const line of cells) {
    const padded = line.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    process.stdout.write(`${padded.join('  ').trimEnd()}\n`);
  }
}

/** What the figures were measured on. */
export const machine = (): Record<string, string | number> => ({
  os: `${platform()} ${arch()}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 1024 ** 3),
  node: process.version,
});

/** Writes `{name, machine, rows, tables}`; `rows` are those of the first table. */
export async function writeJson(file: string, name: string, tables: readonly Table[]): Promise<void> {
  const result = { name, machine: machine(), rows: tables[0]?.rows ?? [], tables };
  await writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Prints all tables, and writes them where the command line says `--json FILE`. */
export async function finish(name: string, tables: readonly Table[]): Promise<void> {
  for (const table of tables) {
    process.stdout.write(`\n${name}: ${table.name}\n`);
    printTable(table.rows);
  }
  // Times of a machine that others use too say little without it.
  const [lately = 0] = loadavg();
  process.stdout.write(`\nload of the last minute: ${lately.toFixed(1)} on ${cpus().length} cores\n`);
  const file = option('--json');
  if (file) await writeJson(file, name, tables);
}
