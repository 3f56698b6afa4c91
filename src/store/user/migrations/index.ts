import type { DatabaseSync } from 'node:sqlite';
import { createUserTables } from './001-user.ts';
import { createSessionKeyTable } from './002-session-key.ts';
import { createTokenFactorTable } from './003-token-factors.ts';
import { createUserDirectiveTable } from './004-user-directives.ts';
import { createCallLog } from './005-call-log.ts';
import { limitClients } from './006-client-limits.ts';
import { createLimitLedger } from './007-limit-ledger.ts';
import { createAsking } from './008-asking.ts';
import { widenCallLog } from './009-calls-of-turns.ts';
import { createKeyedTurns } from './010-keyed-turns.ts';

/** In order; the number of those applied is the database's `user_version`. A released one never changes. */
export const migrations: readonly ((db: DatabaseSync) => void)[] = [
  createUserTables,
  createSessionKeyTable,
  createTokenFactorTable,
  createUserDirectiveTable,
  createCallLog,
  limitClients,
  createLimitLedger,
  createAsking,
  widenCallLog,
  createKeyedTurns,
];
