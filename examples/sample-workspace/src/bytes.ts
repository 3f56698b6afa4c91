const units: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Reads sizes such as `512`, `64kb` or `1.5 GB`. Throws on anything else. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?$/i.exec(text.trim());
  if (!match) throw new RangeError(`Not a size: ${text}`);
  const unit = units[(match[2] ?? 'b').toLowerCase()] ?? 1;
  return Math.floor(Number(match[1]) * unit);
}

/** Writes a size for people: three significant digits and a unit. */
export function formatSize(bytes: number): string {
  for (const unit of ['gb', 'mb', 'kb']) {
    const factor = units[unit] ?? 1;
    if (bytes >= factor) return `${Number((bytes / factor).toPrecision(3))} ${unit.toUpperCase()}`;
  }
  return `${bytes} B`;
}
