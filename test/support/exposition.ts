/**
 * Reads Prometheus's text format as strictly as its specification has it, and refuses what a scraper would.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import assert from 'node:assert/strict';

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}
export interface MetricFamily {
  name: string;
  type: string;
  help: string;
  samples: Sample[];
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const number = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/;

export function readExposition(text: string): Map<string, MetricFamily> {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const families = new Map<string, MetricFamily>();
  let current: MetricFamily | undefined;
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (comment) {
      const [, kind = '', name = '', rest = ''] = comment;
      assert.match(name, metricName);
      if (kind === 'HELP') {
        assert.ok(!families.has(name), `one HELP of ${name}`);
        current = { name, type: '', help: rest, samples: [] };
        families.set(name, current);
      } else {
        assert.ok(current && current.name === name && current.type === '', `TYPE of ${name} after its HELP`);
        assert.match(rest, /^(counter|gauge|histogram)$/);
        current.type = rest;
      }
      continue;
    }
    const sample = readSample(line);
    assert.ok(current && familyOf(sample.name, current) === current.name, `${sample.name} within its family`);
    const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    assert.ok(!seen.has(key), `one line of ${key}`);
    seen.add(key);
    current.samples.push(sample);
  }
  for (const family of families.values()) checkFamily(family);
  return families;
}

const familyOf = (name: string, { type }: MetricFamily): string =>
  type === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name;

function readSample(line: string): Sample {
  const open = line.indexOf('{');
  const end = open < 0 ? line.indexOf(' ') : open;
  const name = line.slice(0, end);
  assert.match(name, metricName, line);
  const labels: Record<string, string> = {};
  let at = end;
  if (open >= 0) {
    at = open + 1;
    while (line[at] !== '}') {
      const equals = line.indexOf('="', at);
      assert.ok(equals > 0, line);
      const label = line.slice(at, equals);
      assert.match(label, labelName);
      assert.ok(!(label in labels), `one ${label} in ${line}`);
      let value = '';
      at = equals + 2;
      while (line[at] !== '"') {
        assert.ok(at < line.length, `the value of ${label} ends in ${line}`);
        if (line[at] === '\\') {
          const escaped = line[at + 1] ?? '';
          assert.ok('\\"n'.includes(escaped) && escaped !== '', `an escape there is: ${escaped}`);
          value += escaped === 'n' ? '\n' : escaped;
          at += 2;
        } else value += line[at++];
      }
      labels[label] = value;
      at++;
      if (line[at] === ',') at++;
      else assert.equal(line[at], '}', line);
    }
    at++;
  }
  assert.equal(line[at], ' ', line);
  const written = line.slice(at + 1);
  assert.match(written, number, line);
  return { name, labels, value: written === '+Inf' ? Number.POSITIVE_INFINITY : Number(written) };
}

function checkFamily({ name, type, help, samples }: MetricFamily): void {
  assert.notEqual(type, '', `${name} has a type`);
  assert.notEqual(help, '', `${name} has its help`);
  if (type === 'counter') assert.match(name, /_total$/);
  for (const { value } of samples) assert.ok(value >= 0, name);
  if (type !== 'histogram') return;
  const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
  for (const all of series.values()) {
    const buckets = all.filter((one) => one.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => (labels.le === '+Inf' ? Infinity : Number(labels.le)));
    assert.deepEqual(
      bounds,
      [...new Set(bounds)].sort((a, b) => a - b),
      `${name}: bounds ascend`,
    );
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => a - b),
      `${name}: buckets are cumulative`,
    );
    const count = all.find((one) => one.name === `${name}_count`)?.value;
    assert.equal(bounds.at(-1), Infinity);
    assert.equal(counts.at(-1), count);
    assert.ok(all.some((one) => one.name === `${name}_sum`));
  }
}
