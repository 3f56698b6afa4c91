/** The port to where limits are kept for all processes of the user. */
import type { Left, Refusal } from './grant.ts';
import type { Amounts } from './limits.ts';

export interface LedgerEntry {
  clientId: string;
  /** Used since the last entry, of what was granted; it counts from now on. */
  used: Amounts;
  /** Of what was granted, given back; below zero for what was used without having been granted. */
  returned: Amounts;
  /** Nothing of it is granted when this is not free. */
  need: Amounts;
  /** More of it is granted as far as it is free. */
  wish: Amounts;
}

export interface LedgerAnswer {
  granted: Amounts;
  refused?: Refusal;
  /** What is left after the grant. */
  left: Left[];
  /**
   * Why nobody knows whether the entry was made. Nothing was granted then, and the ledger sees to the rest: what was used
   * and returned counts once, and is not to be sent again.
   */
  unsettled?: Error;
}

/**
 * One entry is one transaction over all processes. What a process holds when it dies counts as used, since nobody knows
 * how much of it was; only its parallel calls are over.
 */
export interface LimitLedger {
  /** Rejects where nothing of the entry was made. */
  exchange(entry: LedgerEntry): Promise<LedgerAnswer>;
}
