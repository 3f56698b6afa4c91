/** The user's database from any thread: the register of workspaces and the clients of the bridge. */
import { Worker } from 'node:worker_threads';
import { Emitter } from '../../base/emitter.ts';
import { connectRpc, type RpcClient } from '../../base/rpc.ts';
import { errorCodec, registerUnavailable } from '../../core/errors.ts';
import type { LimitLedger } from '../../core/limits/ledger.ts';
import type { TokenFactorRecord, UserDirectives } from '../../core/ports.ts';
import type {
  AskingRegister,
  ClientRegister,
  KeyedTurns,
  SessionKeyRegister,
  WorkspaceRegister,
} from '../../core/register.ts';
import type { CallLog } from '../../core/relay.ts';
import type { UserStore, UserStoreStatus } from './userStore.ts';

export interface UserDatabase {
  readonly workspaces: WorkspaceRegister;
  readonly clients: ClientRegister;
  readonly sessionKey: SessionKeyRegister;
  readonly directives: UserDirectives;
  readonly tokenFactors: TokenFactorRecord;
  readonly calls: CallLog;
  readonly limits: LimitLedger;
  readonly asking: AskingRegister;
  readonly keyedTurns: KeyedTurns;
  status(): Promise<UserStoreStatus>;
  /** Whether a workspace has sessions outside the trash, without opening its store. */
  hasSessions(workspaceId: string): Promise<boolean>;
  /** Ends the worker; calls under way are finished first, later ones are refused. */
  close(): Promise<void>;
}

export interface UserDatabaseLocation {
  /** Path of the database; sidecars of workspaces lie in `workspaces/` beside it. */
  file: string;
  /** The bundled worker. */
  workerUrl: URL;
}

interface Running {
  worker: Worker;
  client: RpcClient<UserStore>;
}

/**
 * Does no I/O until the first call. A worker that dies fails the calls under way with `register_unavailable`; the next
 * call starts another.
 */
export function openUserDatabase({ file, workerUrl }: UserDatabaseLocation): UserDatabase {
  let running: Running | undefined;
  let closed = false;
  const revoked = new Emitter<string>();
  const limited = new Emitter<void>();

  const start = (): Running => {
    const worker = new Worker(workerUrl, { workerData: { file } });
    const client = connectRpc<UserStore, ReturnType<typeof errorCodec.encode>>(worker, errorCodec);
    const started = { worker, client };
    const lose = (cause: unknown) => {
      client.fail(registerUnavailable(cause));
      if (running === started) running = undefined;
    };
    worker.on('error', lose);
    worker.on('exit', (code) => lose(new Error(`The worker of the user database ended with code ${code}.`)));
    return started;
  };
  const remote = () => {
    if (closed) throw registerUnavailable(new Error('The user database is closed.'));
    running ??= start();
    return running.client.remote;
  };

  return {
    workspaces: {
      resolve: async (identity, missingUris) => remote().resolve(identity, missingUris),
      list: async () => remote().workspaces(),
      reattach: async (workspaceId, identity) => remote().reattach(workspaceId, identity),
    },
    clients: {
      add: async (init) => remote().addClient(init),
      find: async (token) => remote().findClient(token),
      list: async () => remote().clients(),
      async revoke(clientId) {
        const done = await remote().revokeClient(clientId);
        revoked.fire(clientId);
        return done;
      },
      async rotate(clientId) {
        const token = await remote().rotateClient(clientId);
        revoked.fire(clientId);
        return token;
      },
      async limit(clientId, limits) {
        await remote().limitClient(clientId, limits);
        limited.fire();
      },
      overallLimits: async () => remote().overallLimits(),
      onDidRevoke: revoked.event,
      onDidLimit: limited.event,
    },
    sessionKey: {
      kept: async () => remote().keptSessionKey(),
      agree: async (fingerprint) => remote().agreeSessionKey(fingerprint),
      keep: async (fingerprint) => remote().keepSessionKey(fingerprint),
      release: async (fingerprint) => remote().releaseSessionKey(fingerprint),
    },
    tokenFactors: {
      load: async () => remote().tokenFactors(),
      save: async (model, factor) => remote().putTokenFactor(model, factor),
    },
    directives: {
      list: async () => remote().directives(),
      put: async (directive) => remote().putDirective(directive),
      remove: async (directiveId) => remote().removeDirective(directiveId),
    },
    calls: {
      // As one text: a list of objects costs several times as much on its way between threads.
      add: async (calls) => remote().addCalls(JSON.stringify(calls)),
      usage: async (query) => remote().callUsage(query),
      overTime: async (query) => remote().callsOverTime(query),
      calls: async (query) => remote().keptCalls(query),
      bodies: async (id) => remote().callBodies(id),
      forgetBodies: async () => remote().forgetCallBodies(),
    },
    asking: {
      ask: async (init) => remote().ask(init),
      list: async () => remote().asking(),
      approve: async (id, init) => remote().decideAsking(id, init),
      refuse: async (id) => remote().decideAsking(id),
      poll: async (pending) => remote().pollAsking(pending),
    },
    keyedTurns: {
      find: async (client, key) => remote().keyedTurn(client, key),
      claim: async (request, turn) => remote().claimTurn(request, turn),
      release: async (client, key, sessionId) => remote().releaseTurn(client, key, sessionId),
    },
    limits: { exchange: async (entry) => remote().exchangeLimits(entry) },
    status: async () => remote().status(),
    hasSessions: async (workspaceId) => remote().hasSessions(workspaceId),
    async close() {
      if (closed) return;
      closed = true;
      const { worker, client } = running ?? {};
      await client?.remote.close();
      await worker?.terminate();
    },
  };
}
