/** What the fake knows of each model. The factor is hidden from the product and may drift in a test. */
export interface FakeModel {
  id: string;
  display_name: string;
  window: number;
  maxOutput: number;
  /** Shortest prefix that is cached, in tokens. */
  minimumPrefix: number;
  /** Tokens of this model for one token of the fake's counter. */
  factor: number;
}

export const fakeModels: FakeModel[] = [
  {
    id: 'claude-sonnet-5-5',
    display_name: 'Claude Sonnet 5.5',
    window: 1_000_000,
    maxOutput: 128_000,
    minimumPrefix: 1024,
    factor: 1.31,
  },
  {
    id: 'claude-opus-5-5',
    display_name: 'Claude Opus 5.5',
    window: 1_000_000,
    maxOutput: 128_000,
    minimumPrefix: 1024,
    factor: 1.34,
  },
  {
    id: 'claude-haiku-5-5',
    display_name: 'Claude Haiku 5.5',
    window: 1_000_000,
    maxOutput: 128_000,
    minimumPrefix: 2048,
    factor: 1.29,
  },
  {
    id: 'claude-haiku-4-5',
    display_name: 'Claude Haiku 4.5',
    window: 200_000,
    maxOutput: 64_000,
    minimumPrefix: 4096,
    factor: 1.02,
  },
];
