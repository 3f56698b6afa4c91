/** What the user's database has, a class a table. */
import type { DatabaseSync } from 'node:sqlite';
import { AskingTable } from './askingTable.ts';
import { CallTable } from './callTable.ts';
import { ClientTable } from './clientTable.ts';
import { ClockTable } from './clockTable.ts';
import { DirectiveTable } from './directiveTable.ts';
import { KeyedTurnTable } from './keyedTurnTable.ts';
import { LimitTable } from './limitTable.ts';
import { SessionKeyTable } from './sessionKeyTable.ts';
import { TokenFactorTable } from './tokenFactorTable.ts';
import { WorkspaceTable } from './workspaceTable.ts';

export const tablesOf = (db: DatabaseSync) => ({
  workspaces: new WorkspaceTable(db),
  clients: new ClientTable(db),
  sessionKey: new SessionKeyTable(db),
  directives: new DirectiveTable(db),
  tokenFactors: new TokenFactorTable(db),
  calls: new CallTable(db),
  limits: new LimitTable(db),
  clock: new ClockTable(db),
  asking: new AskingTable(db),
  keyedTurns: new KeyedTurnTable(db),
});
export type Tables = ReturnType<typeof tablesOf>;
