/** Routes by which another process drives a fake that runs on its own. Bodies are JSON. */
import type { Behaviour } from './script.ts';
import type { FakeAnthropic } from './server.ts';

/** Answers one control route; undefined when there is none of that name. */
export async function control(fake: FakeAnthropic, path: string, raw: string): Promise<unknown> {
  switch (path) {
    case '/__control/enqueue':
      fake.enqueue(...(JSON.parse(raw) as Behaviour[]));
      return {};
    case '/__control/always': {
      const behaviour = JSON.parse(raw) as Behaviour | null;
      fake.always(behaviour === null ? undefined : () => behaviour);
      return {};
    }
    case '/__control/step':
      fake.gate.step(Number(JSON.parse(raw || '1')));
      return {};
    case '/__control/arrived':
      await fake.gate.arrived();
      return {};
    case '/__control/requests':
      return fake.requests.map(({ closed: _, ...told }) => told);
    case '/__control/received':
      return { body: (await fake.received(Number(JSON.parse(raw)))).body };
    case '/__control/advance':
      fake.clock.now += Number(JSON.parse(raw));
      return { now: fake.clock.now };
    case '/__control/limits':
      Object.assign(fake.limits, JSON.parse(raw));
      return fake.limits;
    default:
      return undefined;
  }
}
