/** How many tokens a request may take, and how the kinds of its segments share them. Pure. */

/**
 * Share of the window kept free because counts are estimates: after the per-model factor the estimate was
 * measured to err by a few percent, and the API refuses a request that is one token too long.
 */
const marginShare = 0.05;

/** Ceilings by kind, as shares of the budget. */
export const ceilings = {
  /** Instruction files are read by every turn; more than a tenth would crowd out the work. */
  memoryFile: 0.1,
  /** Above this the user is told that the pinned directives are many. They are sent all the same. */
  directives: 0.1,
  /** Directives that nobody confirmed are few lines beside a question. */
  candidates: 0.02,
  /** Frames stand for all that is older than the tail, and are themselves put into frames before they fill this. */
  frame: 0.25,
  /** A job of a hundred steps takes about two thousand tokens; what is done is not needed word for word. */
  task: 0.1,
  /** In a small window what was said long ago is worth more than what was said last, of which half is small talk. */
  recall: 0.6,
  /** Open files inform one question; the conversation keeps at least half. */
  grounding: 0.4,
};

/** What recall and grounding leave to the conversation, as a share of what they would share with it. */
export const conversationFloor = 0.3;

/**
 * Most tokens of recalled turns. They are paid at the full rate in each turn, where the tail is read from the cache
 * for a tenth: eight thousand cost as much as three tails of the default size.
 */
export const mostRecalledTokens = 8_000;

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
