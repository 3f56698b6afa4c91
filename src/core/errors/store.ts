/** Errors of sessions and the store that keeps them. */
import { CausewayError } from './error.ts';

export const storeReadOnly = () =>
  new CausewayError(
    'store_read_only',
    'These sessions were written by a newer version of Causeway and open read-only. Nothing was lost. Update Causeway to continue them.',
    { action: 'reload', status: 409 },
  );
export const storeLocked = () =>
  new CausewayError(
    'store_locked',
    'These sessions are encrypted and their key is not in the keyring. Nothing was lost. Restore the keyring, then reload.',
    { action: 'reload', status: 409 },
  );
export const storeSalvaged = (salvaged: number, keptAs: string) =>
  new CausewayError(
    'store_salvaged',
    `The session database could not be read in full. ${salvaged} entries were recovered; the damaged file was kept as ${keptAs}.`,
    { action: 'show_log' },
  );
export const storeMissing = (recovered: number) =>
  new CausewayError(
    'store_salvaged',
    `The session database was gone. ${recovered} entries were recovered from its backups; what came after the last backup is lost.`,
    { action: 'show_log' },
  );
export const rowDamaged = (sessionId: string) =>
  new CausewayError(
    'row_damaged',
    `One entry of the session ${sessionId} cannot be read. It was left as it is; everything else can be used.`,
    { action: 'show_log' },
  );
export const storeUnavailable = (cause: unknown) =>
  new CausewayError(
    'store_unavailable',
    'The session store cannot be written. Your input was not sent and is still in the input box. Check free disk space, then retry.',
    { action: 'retry', status: 503, cause },
  );
/** `address` is the host and the port, and never how it is entered. */
export const redisUnavailable = (address: string, cause: unknown) =>
  new CausewayError(
    'store_unavailable',
    `Redis at ${address} does not answer in time. What was not acknowledged may or may not be kept. Look whether it runs and can be reached, then retry.`,
    { action: 'retry', status: 503, cause },
  );
export const redisRefused = (address: string, cause: unknown) =>
  new CausewayError(
    'store_refused',
    `Redis at ${address} lets nobody in with this name and password, or forbids a command that is needed. Correct the address in CAUSEWAY_STORE, or what its user may do.`,
    { status: 503, cause },
  );
export const redisFull = (address: string, cause: unknown) =>
  new CausewayError(
    'store_unavailable',
    `Redis at ${address} takes no writes: its memory or its disk is full, or it cannot keep what it is given. Nothing acknowledged is lost. Look at its log and at INFO memory and persistence, then retry.`,
    { action: 'retry', status: 503, cause },
  );
export const redisNotDurable = (address: string, why: string) =>
  new CausewayError(
    'store_not_durable',
    `Redis at ${address} may lose what it has acknowledged: ${why}. Set appendonly to yes, appendfsync to always and maxmemory-policy to noeviction.`,
  );
export const notWithRedis = (what: string, instead: string) =>
  new CausewayError('store_cannot', `${what} cannot be done with sessions in Redis. ${instead}`, {
    status: 409,
  });
export const leaseLost = () =>
  new CausewayError(
    'lease_lost',
    'Another window closed this turn as interrupted. What had arrived was kept. Continue or retry.',
    { action: 'retry', status: 409 },
  );
export const turnTaken = () =>
  new CausewayError(
    'turn_taken',
    'This turn was accepted before. It is not run a second time; ask for its answer instead.',
    { status: 409 },
  );
export const queueFull = (most: number) =>
  new CausewayError(
    'queue_full',
    `${most} inputs wait in this session, which is the most. Your input was not sent. Wait for an answer or take one of them back, then retry.`,
    { action: 'retry', status: 429 },
  );
export const importInvalid = (line: number, why: string) =>
  new CausewayError(
    'import_invalid',
    `Line ${line} of the import is not an entry: ${why}. Nothing was imported.`,
    {
      status: 400,
    },
  );

/** Nothing was changed. */
export const turnUnderWay = () =>
  new CausewayError(
    'turn_under_way',
    'This session is answering. Nothing was changed. Wait until the answer is there or stop it, then try again.',
  );
