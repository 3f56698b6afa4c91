/**
 * Counters and histograms as text that Prometheus reads, version 0.0.4 of its format. Pure.
 * Format: https://prometheus.io/docs/instrumenting/exposition_formats/
 */

export type Labels = Readonly<Record<string, string>>;

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

interface Family {
  name: string;
  help: string;
  lines(): string[];
}

/** One value of a counter. */
export class Count {
  value = 0;

  add(amount: number): void {
    this.value += amount;
  }
}

/** One value for each set of labels; it only grows. */
export class Counter implements Family {
  readonly name: string;
  readonly help: string;
  readonly #counts = new Map<string, Count>();

  /** The name ends with `_total` and names its unit before it. */
  constructor(name: `${string}_total`, help: string) {
    this.name = name;
    this.help = help;
  }

  /** Kept by whoever counts often: to write labels costs more than to count. */
  of(labels: Labels): Count {
    const key = labelText(labels);
    const count = this.#counts.get(key) ?? new Count();
    this.#counts.set(key, count);
    return count;
  }

  lines(): string[] {
    return [...this.#counts].map(
      ([labels, { value }]) => `${this.name}${braced(labels)} ${numberText(value)}`,
    );
  }
}

/** How often the values of one set of labels lay below each bound. */
export class Distribution {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    const at = this.bounds.findIndex((bound) => value <= bound);
    if (at >= 0) this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += value;
    this.count++;
  }
}

export class Histogram implements Family {
  readonly name: string;
  readonly help: string;
  readonly #bounds: readonly number[];
  readonly #distributions = new Map<string, Distribution>();

  /** The name ends with its unit; bounds ascend. */
  constructor(name: `${string}_seconds`, help: string, bounds: readonly number[]) {
    this.name = name;
    this.help = help;
    this.#bounds = bounds;
  }

  of(labels: Labels): Distribution {
    const key = labelText(labels);
    const distribution = this.#distributions.get(key) ?? new Distribution(this.#bounds);
    this.#distributions.set(key, distribution);
    return distribution;
  }

  lines(): string[] {
    return [...this.#distributions].flatMap(([labels, { bounds, counts, sum, count }]) => {
      const bucket = (bound: string, below: number) =>
        `${this.name}_bucket${braced(joined(labels, `le="${bound}"`))} ${below}`;
      let below = 0;
      return [
        ...bounds.map((bound, at) => {
          below += counts[at] ?? 0;
          return bucket(numberText(bound), below);
        }),
        bucket('+Inf', count),
        `${this.name}_sum${braced(labels)} ${numberText(sum)}`,
        `${this.name}_count${braced(labels)} ${count}`,
      ];
    });
  }
}

/** Families without a value are told all the same, so that whoever looks for them learns that they are there. */
export function exposition(
  families: readonly Family[],
  gauges: readonly { name: string; help: string; labels?: Labels; value: number }[],
): string {
  const parts = families.flatMap((family) => [
    `# HELP ${family.name} ${helpText(family.help)}`,
    `# TYPE ${family.name} ${family instanceof Histogram ? 'histogram' : 'counter'}`,
    ...family.lines(),
  ]);
  const levels = gauges.flatMap(({ name, help, labels = {}, value }) => [
    `# HELP ${name} ${helpText(help)}`,
    `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`,
    `${name}${braced(labelText(labels))} ${numberText(value)}`,
  ]);
  return `${[...parts, ...levels].join('\n')}\n`;
}

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

const joined = (labels: string, more: string): string => (labels === '' ? more : `${labels},${more}`);
const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);
const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const helpText = (help: string): string => help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const numberText = (value: number): string => (Number.isFinite(value) ? String(value) : '+Inf');
