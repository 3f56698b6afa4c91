import type { Provider } from '../provider.ts';
import { type EndpointSetting, endpointsOf } from './endpoints.ts';
import { type OpenAiOptions, OpenAiProvider } from './openai.ts';

export interface OpenAiProvidersOptions extends Omit<OpenAiOptions, 'endpoint'> {
  /** Read anew each time. */
  endpoints(): readonly EndpointSetting[];
}

/** A provider for each OpenAI-compatible server there is now. One whose setting stays keeps what it knows of its models. */
export class OpenAiProviders implements Iterable<Provider> {
  readonly #options: OpenAiProvidersOptions;
  #known = new Map<string, OpenAiProvider>();

  constructor(options: OpenAiProvidersOptions) {
    this.#options = options;
  }

  [Symbol.iterator](): Iterator<Provider> {
    const now = new Map(
      endpointsOf(this.#options.endpoints()).map((endpoint) => {
        const setting = JSON.stringify(endpoint);
        return [setting, this.#known.get(setting) ?? new OpenAiProvider({ ...this.#options, endpoint })];
      }),
    );
    this.#known = now;
    return now.values();
  }
}
