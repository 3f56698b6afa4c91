/** Gathers what may be sent in a turn, counts it, and has the assembler fit it. */
import { plainText } from '../../protocol/content.ts';
import type { Entry } from '../../protocol/entries.ts';
import { lastTogether } from '../memory/directives/lastTogether.ts';
import { projectDirectives } from '../memory/directives/project.ts';
import { projectTasks, toldTasks } from '../memory/tasks.ts';
import { entryTexts, saidTexts } from '../secrets/maskedEntries.ts';
import { type EntryReads, maskedEntries, maskedReads } from '../secrets/maskedReads.ts';
import type { StoreChange } from '../session/store.ts';
import { type AssemblyInput, assemble } from './assembler.ts';
import { branchMap } from './branchMap.ts';
import { budgetOf, ceilings, conversationFloor } from './budget.ts';
import { clientSystemParts } from './clientContext.ts';
import type { BuiltContext, ContextOptions, ContextRequest } from './contextRequest.ts';
import { type Unit, unitsOf, userBlocks } from './conversation.ts';
import { ContextCounter } from './counting.ts';
import { directivesFor, notPinned } from './directiveChoice.ts';
import { newestWithin, total } from './fit.ts';
import { type ProjectedFrame, projectFrames, sentFrames } from './frames.ts';
import { frameParts } from './frameText.ts';
import { gatherGrounding } from './gatherGrounding.ts';
import { documentUnits, keptDocuments } from './keptDocuments.ts';
import { type Counted, directiveParts, taskParts } from './parts.ts';
import { askRecall, foundParts, pinnedParts, type SaidReader, saidBefore } from './recalled.ts';
import { Remembered } from './remembered.ts';
import { type SaidEntry, toolsText } from './render.ts';
import { SaidEntries } from './saidEntries.ts';
import type { GroundingPart, RecalledPart } from './shareOut.ts';
import { systemParts } from './systemPrompt.ts';
import { countUnits, readTail, type Tail } from './tail.ts';
import { stillInPlace } from './workspacePassages.ts';

/**
 * While frames are written the tail may outgrow its share by this: a frame comes behind the turn that made it
 * necessary, and cutting the tail meanwhile would leave turns out and make the API read all of it anew.
 */
const tailSlack = 1.5;

/** Entries behind the newest that anybody said: titles, frames, choices. */
const mostBetween = 16;

export class ContextBuilder {
  readonly #options: ContextOptions;
  readonly #counter: ContextCounter;
  readonly #remembered: Remembered;
  readonly #stored: SaidEntries;
  /** Entries as they may be sent; those that were read before come from memory. */
  readonly #said: SaidReader;
  readonly #reads: EntryReads;
  readonly #together = lastTogether();

  constructor(options: ContextOptions) {
    this.#options = options;
    this.#reads = maskedReads(options.store, options.masker);
    this.#counter = new ContextCounter(options.counter);
    this.#remembered = new Remembered(options.store);
    this.#stored = new SaidEntries(options.store);
    this.#said = {
      of: async (sessionId, ids) =>
        maskedEntries(options.masker, sessionId, await this.#stored.of(sessionId, ids)),
    };
  }

  /** Hears every change of the store. */
  follow(change: StoreChange): void {
    this.#remembered.follow(change);
    this.#stored.follow(change);
  }

  /** Throws `input_too_large` and `masking_failed`. */
  async build(raw: ContextRequest): Promise<BuiltContext> {
    const { factors, masker } = this.#options;
    await factors.ready();
    // An input that was accepted is masked already; one that is looked at before it is sent is not.
    const request = { ...raw, input: await masker.through(raw.input, raw.sessionId, saidTexts) };
    const factor = factors.of(request.model);
    const [system, grounding, tools, input, kept] = await Promise.all([
      this.#system(request, factor),
      this.#grounding(request, factor),
      this.#tools(request, factor),
      this.#input(request, factor),
      this.#kept(request, factor),
    ]);
    const excluded = new Set(request.input.excluded);
    const left: Counted<{ label: string }>[] = [];
    const wanted = <P extends Counted<{ id?: string; label: string }>>(parts: P[]): P[] =>
      parts.filter((part) => {
        const isOut = part.id !== undefined && excluded.has(part.id);
        if (isOut) left.push(part);
        return !isOut;
      });
    // Nor is it quoted what was said with a document that the user left out.
    const leftOut = new Set(
      kept.documents.filter(({ id }) => excluded.has(id)).flatMap(({ entryIds }) => entryIds),
    );
    const gathered: AssemblyInput = {
      model: `${request.model.provider}/${request.model.id}`,
      budget: this.#budget(request),
      thinking: request.client === undefined && this.#options.settings.thinking,
      ...(request.client === undefined ? {} : { client: request.client.options }),
      ...(request.input.output === undefined ? {} : { output: request.input.output }),
      tools,
      system: wanted(system),
      directives: wanted(kept.directives),
      documents: wanted(kept.documents),
      frames: wanted(kept.frames),
      conversation: kept.tail.units,
      conversationTokens: this.#conversationTokens,
      olderOmitted: kept.tail.olderOmitted,
      tasks: wanted(kept.tasks),
      recalled: wanted(kept.recalled.filter(({ entryIds }) => !entryIds.some((id) => leftOut.has(id)))),
      grounding: wanted(grounding.parts),
      ...(request.mediaBytes === undefined ? {} : { mediaBytes: request.mediaBytes }),
      excluded: left,
      missing: [...kept.missing, ...grounding.missing],
      input,
      turn: [],
      entryOf: entryFinder(request.input, [...kept.tail.entries, ...kept.documentEntries]),
    };
    return { ...assemble(gathered), gathered, factor };
  }

  /**
   * The next request of a turn whose model calls tools: what the first one had, and what was said since. `turn` has all
   * entries of the turn after its input, oldest first. Throws `input_too_large` and `masking_failed`.
   */
  async extend(before: BuiltContext, said: readonly Entry[], sessionId: string): Promise<BuiltContext> {
    const { factor } = before;
    const turn = await maskedEntries(this.#options.masker, sessionId, said);
    const units = await countUnits(this.#counter, unitsOf(turn), factor);
    const byId = new Map(turn.map((entry) => [entry.id, entry]));
    const { entryOf } = before.gathered;
    const gathered: AssemblyInput = {
      ...before.gathered,
      turn: units,
      entryOf: (id) => byId.get(id) ?? entryOf(id),
    };
    return { ...assemble(gathered), gathered, factor };
  }

  #budget(request: ContextRequest) {
    const maxOutputTokens = request.client?.maxOutputTokens ?? this.#options.settings.maxOutputTokens;
    return budgetOf(request.model, maxOutputTokens, request.shrink);
  }

  get #conversationTokens(): number {
    const { conversationTokens, compaction } = this.#options.settings;
    return compaction === 'off' ? conversationTokens : Math.floor(conversationTokens * tailSlack);
  }

  async #system({ sessionId, persona, input, recall, client }: ContextRequest, factor: number) {
    const { settings, workspace } = this.#options;
    if (client) {
      const remembers = recall !== 'off' || input.grounding !== 'off';
      return this.#prepared(sessionId, clientSystemParts(client.system, remembers), factor);
    }
    const memoryFiles = workspace.isTrusted() ? await workspace.memoryFiles() : [];
    return this.#prepared(sessionId, systemParts(persona, settings.instructions, memoryFiles, input), factor);
  }

  async #grounding(request: ContextRequest, factor: number) {
    const { search, workspace, store, workspaceSources } = this.#options;
    const { parts, missing } = await gatherGrounding(
      {
        search,
        workspace,
        saidBefore: () => this.#saidBefore(request),
        // What is cut is masked before, since a part of a secret is not known as one.
        store: { get: (id) => store.get(id), path: (id) => this.#reads.path(id) },
        files: workspaceSources?.()?.files,
      },
      request.input,
      Math.floor(this.#budget(request).total * ceilings.grounding),
    );
    // The place of a passage goes over the wire beside its text.
    const textOf = ({ place, label, text }: GroundingPart) => (place ? `${label}\n${text}` : text);
    const prepared = await this.#prepared(request.sessionId, parts, factor, textOf);
    return { parts: prepared.map((part, index) => stillInPlace(part, parts[index])), missing };
  }

  async #saidBefore({ sessionId, parentId }: ContextRequest): Promise<string | undefined> {
    if (parentId === null) return undefined;
    const links = await this.#options.store.lineage(sessionId, {
      limit: mostBetween,
      ...(parentId === undefined ? {} : { leafId: parentId }),
    });
    const last = links.findLast(({ kind }) => kind === 'user' || kind === 'assistant');
    return last && saidBefore(await this.#said.of(sessionId, [last.id]));
  }

  async #tools({ tools = [] }: ContextRequest, factor: number): Promise<AssemblyInput['tools']> {
    if (tools.length === 0) return undefined;
    // Written by us, and read again as JSON: there is nothing to mask.
    const [counted] = await this.#countTexts([{ text: toolsText(tools) }], factor);
    return { definitions: tools, tokens: counted?.tokens ?? 0 };
  }

  async #input({ input }: ContextRequest, factor: number): Promise<AssemblyInput['input']> {
    const [tokens] = await this.#counter.count([
      { messages: [{ role: 'user', content: userBlocks(input) }] },
    ]);
    return { entryId: input.id, tokens: Math.ceil((tokens ?? 0) * factor) };
  }

  /** What the session remembers: its tail word for word, and of what is older what matters now. */
  async #kept(request: ContextRequest, factor: number) {
    const { store, branches, masker } = this.#options;
    const { sessionId, parentId, input, persona } = request;
    const [remembered, ofUser, branch] = await Promise.all([
      this.#remembered.of(sessionId),
      request.client === undefined ? this.#ofUser(sessionId) : [],
      branchMap(branches, store, sessionId, parentId),
    ]);
    const projected = projectFrames(of(remembered, 'frame'), (id) => branch.placeOf(id));
    // After years there are hundreds of frames within frames, which go nowhere.
    const frames = await masker.through(sentFrames(projected), sessionId, (all, swap) =>
      all.map((frame) => ({ ...frame, entry: entryTexts(frame.entry, swap) })),
    );
    const standing = remembered.filter(({ kind }) => kind !== 'frame');
    const entries = await maskedEntries(masker, sessionId, standing);
    const framesEnd = frames.at(-1)?.to ?? -1;
    // What stands where is asked in this moment, since the branch may grow while the rest is read.
    const ids = branch.idsFrom(framesEnd + 1);
    const sent = frames.map(({ entry, from, to }) => ({
      id: entry.id,
      body: entry.body,
      turnCount: branch.turnsBetween(from, to),
    }));
    const beside = this.#together(
      ofUser,
      projectDirectives(of(entries, 'directive'), (id) => branch.placeOf(id) !== undefined),
    );
    const directives = directivesFor({
      ...beside,
      frameSeq: Math.max(0, ...frames.map(({ entry }) => entry.seq)),
      text: plainText(input.content),
    });
    const documentEntries =
      persona?.documents === 'keep'
        ? await keptDocuments(
            this.#reads,
            sessionId,
            (id) => id !== input.id && branch.placeOf(id) !== undefined,
          )
        : [];
    const documents = await countUnits(this.#counter, documentUnits(documentEntries), factor);
    const read = await readTail(this.#said, this.#counter, {
      sessionId,
      ids,
      tokens: Math.min(this.#budget(request).total, this.#conversationTokens + total(documents)),
      factor,
    });
    const isKept = new Set(documentEntries.map(({ id }) => id));
    const tail: Tail = {
      ...read,
      units: read.units.filter(({ entryIds }) => !entryIds.some((id) => isKept.has(id))),
    };
    // A program has no tool to tick their steps off with.
    const tasks = request.client === undefined ? toldTasks(projectTasks(of(entries, 'task'))) : [];
    const [directivesCounted, framesCounted, tasksCounted, recalled] = await Promise.all([
      this.#prepared(sessionId, directiveParts(directives, input), factor),
      this.#prepared(sessionId, frameParts(sent, input), factor),
      this.#prepared(sessionId, taskParts(tasks, input), factor),
      this.#recalled(request, tail, factor),
    ]);
    return {
      tail,
      documents,
      documentEntries,
      directives: directivesCounted,
      frames: framesCounted,
      tasks: tasksCounted,
      recalled: recalled.parts,
      missing: [
        ...recalled.missing,
        ...framesOff(projected, framesEnd),
        ...notPinned(beside.ofUser, directives),
      ],
    };
  }

  /** Their labels are their words, so that they are masked before they are parts. */
  async #ofUser(sessionId: string) {
    const { userDirectives, masker } = this.#options;
    const list = (await userDirectives?.list()) ?? [];
    const texts = await masker.texts(
      list.map(({ text }) => text),
      sessionId,
    );
    return list.map((one, index) => ({ ...one, text: texts[index] ?? one.text }));
  }

  /** The newest turns, which are sent word for word whatever is found; others may have to be found to be there. */
  #surelySent(request: ContextRequest, { units }: Tail): Counted<Unit>[] {
    const floor = Math.floor(this.#budget(request).total * conversationFloor);
    return newestWithin(units, Math.min(floor, this.#conversationTokens));
  }

  /** Runs beside the counting of everything else. */
  async #recalled(
    request: ContextRequest,
    tail: Tail,
    factor: number,
  ): Promise<{ parts: Counted<RecalledPart>[]; missing: AssemblyInput['missing'] }> {
    const { recall, settings, clock } = this.#options;
    const { sessionId, parentId, input } = request;
    const scope = request.recall ?? settings.recall;
    const pinned = input.pinned ?? [];
    const before = saidBefore(tail.entries);
    const asked = recall && scope !== 'off' && parentId !== null;
    const [pinnedEntries, answer] = await Promise.all([
      pinned.length > 0 ? this.#said.of(sessionId, pinned) : [],
      asked
        ? askRecall(recall, {
            sessionId,
            leafId: parentId,
            text: plainText(input.content),
            ...(before === undefined ? {} : { before }),
            now: clock.now(),
            except: new Set([
              input.id,
              ...this.#surelySent(request, tail).flatMap(({ entryIds }) => entryIds),
            ]),
            scope,
            ...(request.preview ? { unsent: true as const } : {}),
          })
        : { found: [], late: false },
    ]);
    const found = answer.found.filter(({ entryId }) => entryId !== input.id && !pinned.includes(entryId));
    const parts = [...pinnedParts(pinnedEntries, input), ...(await foundParts(this.#said, found, input))];
    return {
      // Quotations of entries that were masked as they were read, and of what the input has in their place.
      parts: await this.#countTexts(parts, factor),
      missing: answer.late
        ? [{ label: 'Recalled turns', reason: 'Recall took too long, so this turn went on without it.' }]
        : [],
    };
  }

  /** The parts with their texts as they may be sent, counted. */
  async #prepared<T extends { text: string }>(
    sessionId: string,
    parts: readonly T[],
    factor: number,
    textOf?: (part: T) => string,
  ): Promise<Counted<T>[]> {
    const texts = await this.#options.masker.texts(
      parts.map(({ text }) => text),
      sessionId,
    );
    return this.#countTexts(
      parts.map((part, index) => ({ ...part, text: texts[index] ?? part.text })),
      factor,
      textOf,
    );
  }

  async #countTexts<T extends { text: string }>(
    parts: readonly T[],
    factor: number,
    textOf: (part: T) => string = ({ text }) => text,
  ): Promise<Counted<T>[]> {
    const tokens = await this.#counter.countTexts(parts.map(textOf));
    return parts.map((part, index) => ({ ...part, tokens: Math.ceil((tokens[index] ?? 0) * factor) }));
  }
}

/** What stands before a newer frame is not sent word for word, so a frame there that is off leaves a hole. */
const framesOff = (projected: readonly ProjectedFrame[], framesEnd: number): AssemblyInput['missing'] =>
  projected
    .filter(({ entry, to, within }) => !entry.active && within === undefined && to < framesEnd)
    .map(() => ({
      label: 'Turns of a frame that is off',
      reason: 'They stand before newer frames. They stay in the session and are recalled when they matter.',
    }));

function entryFinder(
  input: ContextRequest['input'],
  tail: readonly Entry[],
): (id: string) => SaidEntry | undefined {
  const entries = new Map<string, SaidEntry>(tail.map((entry) => [entry.id, entry]));
  entries.set(input.id, { ...input, kind: 'input' });
  return (id) => entries.get(id);
}

function of<K extends Entry['kind']>(entries: readonly Entry[], kind: K): Extract<Entry, { kind: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { kind: K }> => entry.kind === kind);
}
