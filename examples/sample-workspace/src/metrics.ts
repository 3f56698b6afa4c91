/** Counters in the text format that Prometheus reads. */
export class Metrics {
  readonly #counters = new Map<string, number>();

  increment(name: string, by = 1): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + by);
  }

  render(): string {
    const lines = [...this.#counters]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, value]) => `harbour_${name}_total ${value}`);
    return `${lines.join('\n')}\n`;
  }
}
