/** Puts what programs say in their own wires into the logs of their sessions, each thing once. */
import type { UserEntryDraft } from '../../protocol/entries.ts';
import { saidItems } from '../../protocol/wires/saidMessages.ts';
import { notFound } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Chosen, ProviderRegistry } from '../providers/registry.ts';
import { messageTexts, toolTexts } from '../secrets/maskedEntries.ts';
import { maskedEntries } from '../secrets/maskedReads.ts';
import type { Masker } from '../secrets/masker.ts';
import type { SessionStore } from '../session/store.ts';
import type { SessionChoices } from '../sessionChoices.ts';
import type { ClientPart, ClientRequest } from './clientTurn.ts';
import { historyDrafts } from './drafts.ts';
import { placeBehind, placeOf } from './place.ts';
import { nameOf, type SaidNode, SaidTree } from './saidTree.ts';

/** Sessions whose tree is kept: programs that run at the same time are fewer. A tree has some 200 bytes an entry. */
const mostTrees = 16;
/** Entries read at a time, so that no answer of the store holds the thread for more than a few ms. */
const pageSize = 400;
/** Sessions in which a conversation is looked for; a program goes on with one of its newest. */
const mostLookedThrough = 8;

interface ClientSessionsOptions {
  store: SessionStore;
  clock: Clock;
  registry: ProviderRegistry;
  choices: SessionChoices;
  masker: Masker;
}

export class ClientSessions {
  readonly #options: ClientSessionsOptions;
  readonly #store: SessionStore;
  readonly #trees = new Map<string, SaidTree>();
  /** The last thing that is done in a session; each waits for the one before. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(options: ClientSessionsOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  /** Lets go of what is kept of a session. */
  forget(sessionId: string): void {
    this.#trees.delete(sessionId);
  }

  /**
   * What a turn needs that is about to be accepted: by now the session has the history, and the input is not appended
   * yet. Throws `masking_failed`, `model_not_found`, what keeps the provider from answering, `invalid_input`, `empty_input`, `not_found`,
   * `store_*`.
   */
  async turn(
    sessionId: string,
    told: ClientRequest,
    hear: ClientPart['hear'],
  ): Promise<{ user: UserEntryDraft; chosen: Chosen; client: ClientPart; unmet: string[] }> {
    const { registry, choices } = this.#options;
    const request = await this.#masked(sessionId, told);
    const chosen = await registry.ready(request.model, sessionId);
    const [profile, placed] = await Promise.all([
      choices.profile(sessionId),
      this.#after(sessionId, () => this.#place(sessionId, request)),
    ]);
    const user = { ...placed, grounding: request.grounding ?? choices.grounding(profile) };
    const { system, tools, maxOutputTokens, options } = request;
    const recall = request.recall ?? choices.recall(profile) !== 'off';
    const unmet = chosen.provider.unmet?.(options, chosen.model.id, tools.length > 0) ?? [];
    return {
      user,
      chosen,
      unmet,
      client: { system, tools, maxOutputTokens, options, profile, recall, hear },
    };
  }

  /**
   * The session of this program in which the messages before the last were said, and nothing beside them; undefined
   * where nothing was said before.
   */
  async conversation({
    messages,
    client,
    clientId,
    door,
  }: Pick<ClientRequest, 'messages' | 'client' | 'door'> & { clientId?: string }) {
    const before = await this.#options.masker.through(messages.slice(0, -1), undefined, messageTexts);
    const names = before.flatMap(saidItems).map(nameOf);
    if (names.length === 0) return undefined;
    const sessions = (await this.#store.list({ limit: pageSize })).filter(
      (session) =>
        session.door === door &&
        // Of the time before sessions knew more than a name.
        (session.clientId === undefined ? session.client === client : session.clientId === clientId) &&
        !session.private,
    );
    for (const { id } of sessions.slice(0, mostLookedThrough)) {
      const tree = await this.#after(id, () => this.#tree(id));
      if (tree.longest(names).used === names.length) return id;
    }
    return undefined;
  }

  /** What a program tells, as it may be stored and sent; matched to a log that is masked by the same placeholders. */
  async #masked(sessionId: string, request: ClientRequest): Promise<ClientRequest> {
    const { masker } = this.#options;
    return {
      ...request,
      messages: await masker.through([...request.messages], sessionId, messageTexts),
      tools: await masker.through([...request.tools], sessionId, toolTexts),
    };
  }

  async #place(sessionId: string, request: ClientRequest): Promise<Omit<UserEntryDraft, 'grounding'>> {
    const { door, client, model, messages, whole, afterTurnId } = request;
    const tree = await this.#tree(sessionId);
    const behind = afterTurnId === undefined ? undefined : tree.answerOf(afterTurnId);
    if (afterTurnId !== undefined && !behind) throw notFound('turn', afterTurnId);
    const { after, missing, results, input } = behind
      ? placeBehind(behind, messages)
      : placeOf(tree, messages, whole);
    const marks = { at: this.#options.clock.now(), door, ...(client === undefined ? {} : { client }) };
    const runs = results.length === 0 ? missing : [...missing, { kind: 'results' as const, results }];
    const drafts = historyDrafts(runs, after, marks, model);
    if (drafts.length > 0) await this.#store.append(sessionId, drafts);
    // Read from the log, in which others may have appended something in between.
    const said = drafts.length > 0 ? (await this.#tree(sessionId)).after(drafts.at(-1)?.id) : after;
    const continuesId = input.length === 0 ? inputBefore(said) : undefined;
    return {
      ...marks,
      id: crypto.randomUUID(),
      kind: 'user',
      turnId: request.turnId ?? crypto.randomUUID(),
      parentId: drafts.at(-1)?.id ?? after.id ?? null,
      content: input,
      ...(continuesId === undefined ? {} : { continuesId }),
    };
  }

  async #tree(sessionId: string): Promise<SaidTree> {
    const tree = this.#trees.get(sessionId) ?? new SaidTree();
    this.#trees.delete(sessionId);
    this.#trees.set(sessionId, tree);
    const [oldest] = this.#trees.keys();
    if (this.#trees.size > mostTrees && oldest !== undefined) this.#trees.delete(oldest);
    for (;;) {
      const entries = await this.#store.log(sessionId, { afterSeq: tree.seq, limit: pageSize });
      for (const entry of await maskedEntries(this.#options.masker, sessionId, entries)) tree.add(entry);
      if (entries.length < pageSize) return tree;
    }
  }

  async #after<T>(sessionId: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(sessionId);
    const done = (async () => {
      await before?.catch(() => undefined);
      return act();
    })();
    this.#last.set(sessionId, done);
    try {
      return await done;
    } finally {
      if (this.#last.get(sessionId) === done) this.#last.delete(sessionId);
    }
  }
}

/** The input whose answer made the calls that these results are of. */
function inputBefore(said: SaidNode): string | undefined {
  let at: SaidNode | undefined = said;
  while (at && !(at.role === 'user' && at.isInput)) at = at.parent;
  return at?.id;
}
