/** How many tokens a request may take. Pure. */

/**
 * Share of the window kept free because counts are estimates: after the per-model factor the estimate was
 * measured to err by a few percent, and the API refuses a request that is one token too long.
 */
const marginShare = 0.05;

/** Ceilings by kind, as shares of the budget. */
export const ceilings = {
  /** Instruction files are read by every turn; more than a tenth would crowd out the work. */
  memoryFile: 0.1,
  /** Open files inform one question; the conversation keeps at least half. */
  grounding: 0.4,
};

export interface Budget {
  window: number;
  outputReserve: number;
  /** Tokens that all segments may take together. */
  total: number;
}

/** `shrink` below 1 is used after the API found a request too long all the same. */
export function budgetOf(
  model: { window: number; maxOutput: number },
  maxOutputTokens: number,
  shrink = 1,
): Budget {
  // An answer may never take more than half of a small window, else there would be no room for the question.
  const outputReserve = Math.min(maxOutputTokens, model.maxOutput, Math.floor(model.window / 2));
  const total = Math.floor((model.window * (1 - marginShare) - outputReserve) * shrink);
  return { window: model.window, outputReserve, total: Math.max(0, total) };
}
