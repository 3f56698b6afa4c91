/** What the fake knows of each model. The factor is hidden from the product and may drift in a test. */
export interface FakeModel {
  id: string;
  display_name: string;
  window: number;
  maxOutput: number;
  /** Shortest prefix that is cached, in tokens. */
  minimumPrefix: number;
  thinking: 'always' | 'adaptive' | 'manual';
  /** Whether the API can summarise a conversation with it. */
  compaction: boolean;
  /** Whether an answer can be held to a JSON Schema. */
  structured: boolean;
  /** Whether a conversation may end with the beginning of the answer. */
  prefill: boolean;
  line: 'haiku' | 'sonnet' | 'opus';
  lifecycle: 'active' | 'deprecated' | 'retired';
  /** Tokens that the instructions for using tools add. */
  toolTokens: number;
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
    thinking: 'adaptive',
    compaction: true,
    structured: true,
    prefill: false,
    line: 'sonnet',
    lifecycle: 'active',
    toolTokens: 290,
    factor: 1.31,
  },
  {
    id: 'claude-opus-5-5',
    display_name: 'Claude Opus 5.5',
    window: 1_000_000,
    maxOutput: 128_000,
    minimumPrefix: 1024,
    thinking: 'always',
    compaction: true,
    structured: true,
    prefill: false,
    line: 'opus',
    lifecycle: 'active',
    toolTokens: 290,
    factor: 1.34,
  },
  {
    id: 'claude-haiku-5-5',
    display_name: 'Claude Haiku 5.5',
    window: 1_000_000,
    maxOutput: 128_000,
    minimumPrefix: 2048,
    thinking: 'adaptive',
    compaction: true,
    structured: true,
    prefill: false,
    line: 'haiku',
    lifecycle: 'active',
    toolTokens: 290,
    factor: 1.29,
  },
  {
    id: 'claude-haiku-4-5',
    display_name: 'Claude Haiku 4.5',
    window: 200_000,
    maxOutput: 64_000,
    minimumPrefix: 4096,
    thinking: 'manual',
    compaction: false,
    structured: true,
    prefill: true,
    line: 'haiku',
    lifecycle: 'active',
    toolTokens: 346,
    factor: 1.02,
  },
];
