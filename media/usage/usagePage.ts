/** The dashboard without its views: state in a signal, and the wire to the extension. */
import { signal } from '@preact/signals';
import { hostToUsage, type UsageRange, type UsageToHost, usageRanges } from '../../src/protocol/usage.ts';
import type { VsCodeApi } from '../channel.ts';
import { initialState, reduce, type UsageAction, type UsageState } from './usageState.ts';

export class UsagePage {
  readonly state: { value: UsageState };
  readonly #api: VsCodeApi;
  #atEnd: ReturnType<typeof setTimeout> | undefined;

  constructor(api: VsCodeApi) {
    this.#api = api;
    this.state = signal(initialState(rangeIn(api.getState())));
    window.addEventListener('message', (event) => {
      const message = hostToUsage.safeParse(event.data);
      if (message.success) this.dispatch(message.data);
    });
  }

  start(): void {
    this.#send({ type: 'open', range: this.state.value.range });
  }

  choose(range: UsageRange): void {
    this.#api.setState({ range });
    this.dispatch({ type: 'range', range });
    this.start();
  }

  showSession(sessionId: string): void {
    this.#send({ type: 'showSession', sessionId });
  }

  showBodies(call: number): void {
    this.#send({ type: 'showBodies', call });
  }

  dispatch(action: UsageAction): void {
    this.state.value = reduce(this.state.value, action);
    if (action.type === 'overview') this.#openAtEnd();
  }

  /** When the last stretch is over, the range begins one later. */
  #openAtEnd(): void {
    const { overview } = this.state.value;
    clearTimeout(this.#atEnd);
    if (!overview) return;
    const left = overview.from + overview.count * overview.step - Date.now();
    this.#atEnd = setTimeout(() => this.start(), Math.max(left, leastWaitMs));
  }

  #send(message: UsageToHost): void {
    this.#api.postMessage(message);
  }
}

/** Where the clocks of page and host differ, in ms, nothing is asked for over and over. */
const leastWaitMs = 60_000;

function rangeIn(state: unknown): UsageRange {
  const range: unknown =
    typeof state === 'object' && state !== null ? Reflect.get(state, 'range') : undefined;
  return usageRanges.find((one) => one === range) ?? 'day';
}
