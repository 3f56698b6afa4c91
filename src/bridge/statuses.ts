/**
 * Statuses of errors that come from another thread or from a turn, where only their code is kept.
 * Whatever else a provider fails with is a bad gateway to whoever asked the bridge.
 */
const statuses: Readonly<Record<string, number>> = {
  invalid_input: 400,
  import_invalid: 400,
  empty_input: 400,
  restricted_mode: 403,
  not_found: 404,
  model_not_found: 404,
  prompt_not_found: 404,
  store_read_only: 409,
  store_locked: 409,
  register_read_only: 409,
  lease_lost: 409,
  interrupted: 409,
  turn_taken: 409,
  turn_under_way: 409,
  input_too_large: 413,
  prompt_too_long: 413,
  request_too_large: 413,
  attachments_too_large: 413,
  limit_money: 402,
  price_unknown: 402,
  transform_failed: 424,
  limit_requests: 429,
  limit_tokens: 429,
  limit_parallel: 429,
  queue_full: 429,
  too_many_asking: 429,
  rate_limited: 429,
  store_unavailable: 503,
  register_unavailable: 503,
  transforms_busy: 503,
  stream_stalled: 504,
  overloaded: 529,
};

export const statusOfCode = (code: string): number | undefined => statuses[code];
