/** The relays beside each other: what each costs a request, and how much later answers come through it. */
import { median, type Row, type Table } from '../table.ts';
import type { LoadResult, LoadTask } from './load.ts';
import { pacedModel, requestBody } from './messages.ts';
import { load, pinned, type Running } from './servers.ts';

export interface System {
  system: string;
  server: Running;
  path: string;
  headers: Record<string, string>;
}

interface Kind {
  name: string;
  /** What a request is. */
  task(system: System): LoadTask;
  /** Key of the throughput. */
  perSecond?: string;
}

const seconds = 2;
const connections = 16;
const common = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };

function task({ server, path, headers }: System, body: string, more: Partial<LoadTask> = {}): LoadTask {
  return { port: server.port, path, headers: { ...common, ...headers }, body, connections, seconds, ...more };
}

const small = requestBody(200, false);
const large = requestBody(100_000, false);
const streamed = requestBody(200, true);
const paced = requestBody(200, true, pacedModel);

const kinds = {
  small: { name: 'small JSON', perSecond: 'req_per_s', task: (system) => task(system, small) },
  large: { name: '100 kB prompts', perSecond: 'req_per_s', task: (system) => task(system, large) },
  streams: { name: 'streams', perSecond: 'streams_per_s', task: (system) => task(system, streamed) },
  fixed: {
    name: '300 requests a second',
    task: (system) => task(system, small, { rate: 300, connections: 32, seconds: 3 }),
  },
  paced: {
    name: 'paced streams',
    task: (system) =>
      task(system, paced, {
        rate: 100,
        connections: 32,
        seconds: 3,
      }),
  },
  parallel: {
    name: '500 streams at once',
    perSecond: 'streams_per_s',
    task: (system) => task(system, paced, { connections: 500, seconds: 3 }),
  },
} satisfies Record<string, Kind>;
type KindName = keyof typeof kinds;

interface Run extends LoadResult {
  cpuUs: number | undefined;
}

async function once(system: System, kind: Kind): Promise<Run> {
  const before = system.server.cpuUs();
  const result = await load(kind.task(system));
  const after = system.server.cpuUs();
  return {
    ...result,
    cpuUs: before === undefined || after === undefined ? undefined : (after - before) / result.count,
  };
}

/** Rounds of all systems, one after the other, so that what else the machine does falls on all of them. */
export async function measureRelays(systems: readonly System[], rounds: number): Promise<Table[]> {
  const rss = new Map<string, Record<string, number | undefined>>();
  for (const { system, server } of systems) rss.set(system, { rss_idle_mb: server.rssMb() });
  const runs = new Map<string, Run[]>();
  for (const [name, kind] of Object.entries<Kind>(kinds)) {
    // The first round warms up what a server compiles only when it is used.
    for (let round = 0; round <= rounds; round++) {
      for (const system of systems) {
        const run = await once(system, kind).catch((error: unknown) => {
          if (round === 0) console.error(`${system.system}, ${kind.name}: ${String(error).slice(0, 300)}`);
          return undefined;
        });
        if (!run || round === 0) continue;
        const key = `${name} ${system.system}`;
        runs.set(key, [...(runs.get(key) ?? []), run]);
      }
    }
    for (const { system, server } of systems) {
      const known = rss.get(system) ?? {};
      rss.set(system, { ...known, rss_mb: Math.max(known.rss_mb ?? 0, server.rssMb() ?? 0) });
    }
  }
  const of = (kind: KindName, system: string): Run[] => runs.get(`${kind} ${system}`) ?? [];
  const figure = (kind: KindName, system: string, read: (run: Run) => number | undefined) => {
    const values = of(kind, system).flatMap((run) => read(run) ?? []);
    return values.length === 0 ? undefined : median(values);
  };
  const rate = (run: Run) => run.count / run.seconds;
  const throughput = (kind: 'small' | 'large' | 'streams' | 'parallel'): Row[] =>
    systems.map(({ system }) => {
      const own = figure(kind, system, rate);
      const bare = figure(kind, 'bare-relay', rate);
      const direct = system === 'direct';
      return {
        system,
        [kinds[kind].perSecond]: own,
        of_bare: own === undefined || bare === undefined ? undefined : own / bare,
        cpu_us_per_req: direct ? undefined : figure(kind, system, (run) => run.cpuUs),
        p50_ms: figure(kind, system, (run) => run.p50),
        p99_ms: figure(kind, system, (run) => run.p99),
        ...(kind === 'parallel'
          ? {
              ttfb_p50_ms: figure(kind, system, (run) => run.ttfbP50),
              ttfb_p99_ms: figure(kind, system, (run) => run.ttfbP99),
            }
          : {}),
        ...(kind === 'small' ? memory(system) : {}),
      };
    });
  const memory = (system: string) => (system === 'direct' ? {} : rss.get(system));
  const added = (kind: 'fixed' | 'paced'): Row[] =>
    systems.map(({ system }) => {
      const first = kind === 'paced';
      const p50 = (run: Run) => (first ? run.ttfbP50 : run.p50);
      const p99 = (run: Run) => (first ? run.ttfbP99 : run.p99);
      const over = (read: (run: Run) => number) => {
        const own = figure(kind, system, read);
        const direct = figure(kind, 'direct', read);
        return own === undefined || direct === undefined ? undefined : own - direct;
      };
      const name = first ? 'ttfb_' : '';
      return {
        system,
        [`${name}p50_ms`]: figure(kind, system, p50),
        [`${name}p99_ms`]: figure(kind, system, p99),
        [`added_${name}p50_ms`]: over(p50),
        [`added_${name}p99_ms`]: over(p99),
        cpu_us_per_req: system === 'direct' ? undefined : figure(kind, system, (run) => run.cpuUs),
      };
    });
  const about = `(${connections} connections; ${pinned})`;
  return [
    { name: `POST /v1/messages, plain relay ${about}`, rows: throughput('small') },
    { name: `the same with 100 kB prompts ${about}`, rows: throughput('large') },
    { name: `the same as streams of 20 deltas, sent at once ${about}`, rows: throughput('streams') },
    { name: 'added latency at 300 requests a second, open loop', rows: added('fixed') },
    {
      name: 'time to the first byte of 100 streams a second: 20 ms of thought, then a delta each 5 ms',
      rows: added('paced'),
    },
    { name: '500 such streams at once, the next when one is over', rows: throughput('parallel') },
  ];
}

/** Why the run says nothing about relays; undefined when it does. */
export function whyInvalid(tables: readonly Table[]): string | undefined {
  const rows = tables[0]?.rows ?? [];
  const rate = (system: string) => Number(rows.find((row) => row.system === system)?.req_per_s ?? Number.NaN);
  const times = rate('direct') / rate('bare-relay');
  return times >= 3
    ? undefined
    : `Invalid run: without a relay it is only ${times.toFixed(1)} times as fast as the bare relay, and 3 times are needed. The load generator or the upstream was the limit.`;
}
