/** Shows what was sent in a turn, or what would be sent, down to the request itself. */
import { plainText, type Usage } from '../../protocol/content.ts';
import type { ContextView, SecretMark } from '../../protocol/contextView.ts';
import type { Entry } from '../../protocol/entries.ts';
import { leanReport } from '../../protocol/lean.ts';
import type { ContextReport } from '../../protocol/report.ts';
import type { TurnInput } from '../../protocol/turnInput.ts';
import { CausewayError, notFound } from '../errors.ts';
import type { CoreSettings, Log, SecretScanner } from '../ports.ts';
import { costOf } from '../providers/prices.ts';
import type { ModelInfo, Price, Provider } from '../providers/provider.ts';
import type { Chosen, ProviderRegistry } from '../providers/registry.ts';
import { reportTexts } from '../secrets/maskedEntries.ts';
import { maskedReads } from '../secrets/maskedReads.ts';
import type { Masker } from '../secrets/masker.ts';
import { maskedMarks, unmaskedMarks } from '../secrets/secretMarks.ts';
import type { SessionStore } from '../session/store.ts';
import type { SessionChoices } from '../sessionChoices.ts';
import { unsentInput } from '../userEntry.ts';
import type { ContextBuilder } from './contextBuilder.ts';
import type { BuiltContext } from './contextRequest.ts';
import { providerRequest } from './providerRequest.ts';
import { render, type SaidEntry } from './render.ts';
import { requestUsageOf } from './requestUsage.ts';
import { segmentCosts } from './segmentCosts.ts';
import { segmentTexts } from './segmentText.ts';
import { type FoundTurn, findTurn, newestTurn } from './turnSearch.ts';

/** One request, open for inspection. */
export interface InspectedContext {
  /** Without texts, so that it can be shown at once; with the secrets in them marked. */
  view: ContextView;
  /** The text of a segment as the model reads it. Throws `not_found` where there is no such segment. */
  text(index: number): string;
  /** The body of the request as it goes over the wire, without keys; segments that are not to be told say why. */
  request(untold?: ReadonlyMap<number, string>): Record<string, unknown>;
}

/** Which request: of a turn, of the newest turn that has ended, or what would be sent with an input. */
export type Inspected = { turnId: string } | { newest: true } | { input: TurnInput };

export interface InspectorOptions {
  store: SessionStore;
  registry: ProviderRegistry;
  context: ContextBuilder;
  choices: SessionChoices;
  masker: Masker;
  settings: Pick<CoreSettings, 'maskSecrets'>;
  log: Log;
  /** Without it nothing is marked that is not masked. */
  scanner?: SecretScanner;
}

interface Shown {
  sessionId: string;
  found?: FoundTurn;
  report: ContextReport;
  provider: Provider | undefined;
  model: ModelInfo | undefined;
  entryOf(id: string): SaidEntry | undefined;
}

export class ContextInspector {
  readonly #options: InspectorOptions;

  constructor(options: InspectorOptions) {
    this.#options = options;
  }

  /** What would be sent with an input; nothing is sent or stored. Throws as `startTurn`. */
  async unsent(sessionId: string, input: TurnInput): Promise<BuiltContext> {
    return (await this.#built(sessionId, input)).built;
  }

  async context(sessionId: string, of: Inspected): Promise<InspectedContext> {
    const inspected = shown(
      'input' in of ? await this.#now(sessionId, of.input) : await this.#sent(sessionId, of),
    );
    const { view, text } = inspected;
    const texts = view.report.segments.map((_, index) => text(index));
    const secrets = [...maskedMarks(texts), ...(await this.#unmasked(texts))];
    return { ...inspected, view: { ...view, secrets } };
  }

  /** What goes as it is, where masking is switched off. Marks are no reason to show nothing. */
  async #unmasked(texts: readonly string[]): Promise<SecretMark[]> {
    const { scanner, settings, log } = this.#options;
    if (!scanner || settings.maskSecrets) return [];
    try {
      return await unmaskedMarks(scanner, texts);
    } catch (error) {
      log.error('What is not masked could not be marked.', error);
      return [];
    }
  }

  async #built(sessionId: string, input: TurnInput): Promise<{ built: BuiltContext; chosen: Chosen }> {
    const { choices, context } = this.#options;
    const profile = await choices.profile(sessionId, input.profile);
    const chosen = await choices.model(sessionId, input.model, profile);
    const unsent = unsentInput(input, choices.grounding(profile));
    const built = await context.build({
      sessionId,
      input: unsent,
      parentId: input.parentId,
      model: chosen.model,
      preview: true,
      persona: profile,
      recall: choices.recall(profile),
      tools: (await choices.tools(sessionId, profile, chosen.model, unsent.grounding)).definitions,
    });
    return { built, chosen };
  }

  async #now(sessionId: string, input: TurnInput): Promise<Shown> {
    const { built, chosen } = await this.#built(sessionId, input);
    const { provider, model } = chosen;
    return { sessionId, report: built.report, provider, model, entryOf: built.gathered.entryOf };
  }

  async #sent(sessionId: string, of: { turnId: string } | { newest: true }): Promise<Shown> {
    const { store, masker } = this.#options;
    const found =
      'turnId' in of ? await findTurn(store, sessionId, of.turnId) : await newestTurn(store, sessionId);
    if (!found) throw notFound('context report', 'turnId' in of ? of.turnId : 'newest');
    const report = await masker.through(found.answer.report, sessionId, reportTexts);
    const ids = report.segments.flatMap(({ text, entryIds = [] }) => (text === undefined ? entryIds : []));
    const entries = new Map<string, Entry>(
      (await maskedReads(store, masker).entries(sessionId, ids)).map((entry) => [entry.id, entry]),
    );
    const { provider, model } = await this.#known(report.model);
    return { sessionId, found, report, provider, model, entryOf: (id) => entries.get(id) };
  }

  /** The model of an old turn may be gone; then its price and its wire are not known. */
  async #known(name: string): Promise<{ provider: Provider | undefined; model: ModelInfo | undefined }> {
    try {
      return await this.#options.registry.named(name);
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      return { provider: undefined, model: undefined };
    }
  }
}

/** What is told of the request that is shown, which of a turn of several requests is the last, and of its whole turn. */
function spentIn({ answer, end }: FoundTurn, price: Price | undefined) {
  const usage = requestUsageOf(answer);
  // The price of the day is kept for the turn alone; where it made several requests, that of today is the best guess.
  const costUsd = usage === undefined || usage === answer.usage ? answer.costUsd : costOf(usage, price);
  return {
    turnId: answer.turnId,
    ...known({ usage, costUsd: usage && costUsd }),
    turn: {
      state: end?.outcome ?? ('running' as const),
      ...known({ usage: end?.usage, costUsd: end?.costUsd }),
    },
  };
}

const known = ({ usage, costUsd }: { usage?: Usage | undefined; costUsd?: number | undefined }) => ({
  ...(usage === undefined ? {} : { usage }),
  ...(costUsd === undefined ? {} : { costUsd }),
});

function shown({ sessionId, found, report, provider, model, entryOf }: Shown): InspectedContext {
  let texts: string[] | undefined;
  const spent = found && spentIn(found, model?.price);
  return {
    view: {
      sessionId,
      report: leanReport(report),
      costs: segmentCosts(report.segments, spent?.usage, model?.price),
      ...spent,
      secrets: [],
    },
    text(index) {
      texts ??= segmentTexts(report.segments, entryOf);
      const text = texts[index];
      if (text === undefined) throw notFound('segment', String(index));
      return text;
    },
    request(untold) {
      const segments = report.segments.map((segment, index) => {
        const why = untold?.get(index);
        return why === undefined ? segment : { ...segment, text: `(Left out. ${why})` };
      });
      const rendered = render(segments, entryOf);
      const request = providerRequest(report, rendered, questionIn(report, entryOf));
      // A provider without a wire of its own is shown the request as it gets it.
      return provider?.wireBody?.(request) ?? { ...request };
    },
  };
}

function questionIn(report: ContextReport, entryOf: (id: string) => SaidEntry | undefined): string {
  const [id = ''] = report.segments.find(({ kind }) => kind === 'input')?.entryIds ?? [];
  const entry = entryOf(id);
  return entry?.kind === 'user' || entry?.kind === 'input' ? plainText(entry.content) : '';
}
