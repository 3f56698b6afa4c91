/** Keeps a request within what the model takes, though its tokens are estimated. */
import { reportTokens } from '../../protocol/report.ts';
import type { ModelInfo, Provider, ProviderRequest } from '../providers/provider.ts';
import type { ContextBuilder } from './contextBuilder.ts';
import type { BuiltContext, ContextRequest } from './contextRequest.ts';
import type { TokenFactors } from './factors.ts';
import { mediaBytesIn, mediaBytesOf } from './mediaBytes.ts';

/** A count that takes longer does not hold up the turn, ms; where it is too long after all, the API says so. */
const patienceMs = 3_000;

/** What a request is brought down to when its exact count was over the limit: room for the next error. */
const aimShare = 0.95;

/** After a refusal without a count, the budget of the one further try. */
const shrinkUncounted = 0.75;

export interface ExactFit {
  context: ContextBuilder;
  factors: TokenFactors;
  /** As `Provider.countTokens`, where the provider has it. */
  countTokens?: Provider['countTokens'];
  requestOf(built: BuiltContext): ProviderRequest;
  signal: AbortSignal;
}

/** Tokens of the prompt that the model takes beside the answer that is reserved. */
const limitOf = ({ report }: BuiltContext): number => report.window - report.outputReserve;

/** Whether the estimate may be over the limit, were it as wrong as it was at worst lately. */
export function isNearLimit(built: BuiltContext, model: ModelInfo, factors: TokenFactors): boolean {
  return reportTokens(built.report) * (1 + factors.recentError(model)) > limitOf(built);
}

/**
 * The context of a request. Near the limit alone the provider is asked to count it; what is over the limit is built
 * again, smaller. Throws `input_too_large`.
 */
export async function buildWithin(fit: ExactFit, request: ContextRequest): Promise<BuiltContext> {
  const built = await fit.context.build(request);
  if (!isNearLimit(built, request.model, fit.factors)) return built;
  const tokens = await counted(fit, request.model, built);
  if (tokens === undefined || tokens <= limitOf(built)) return built;
  return fit.context.build({ ...request, shrink: shrinkTo(fit, request.model, built, tokens) });
}

/** The smaller context after the API refused one as too long; learns from the refusal. Throws `input_too_large`. */
export async function buildAfterRefusal(
  fit: ExactFit,
  request: ContextRequest,
  refused: BuiltContext,
): Promise<BuiltContext> {
  const tokens = await counted(fit, request.model, refused);
  // A count that is within the limit cannot tell why the API refused it.
  const isTold = tokens !== undefined && tokens > limitOf(refused);
  const shrink = isTold ? shrinkTo(fit, request.model, refused, tokens) : shrinkUncounted;
  // It has at least as many tokens as the window; without a count that is all there is to learn.
  if (tokens === undefined) learn(fit, request.model, refused, refused.report.window);
  return fit.context.build({ ...request, shrink });
}

/** How often a request that has too many bytes is sent smaller. */
export const mostBytesRefusals = 2;

/**
 * The smaller context after the API, or a gateway before it, refused one for its bytes, whose limit nobody told: with
 * half of the earlier pictures and documents, then with none; what is left then are texts. Throws `input_too_large`.
 */
export function buildWithFewerBytes(
  { context }: Pick<ExactFit, 'context'>,
  request: ContextRequest,
  refused: BuiltContext,
  refusals: number,
): Promise<BuiltContext> {
  const { messages, gathered } = refused;
  const asked = gathered.entryOf(gathered.input.entryId);
  const ofInput = asked?.kind === 'input' || asked?.kind === 'user' ? mediaBytesIn(asked.content) : 0;
  const earlier = mediaBytesOf({ messages }) - ofInput;
  const mediaBytes = refusals < mostBytesRefusals ? Math.floor(earlier / 2) : 0;
  const isText = earlier === 0 || refusals === mostBytesRefusals;
  return context.build({
    ...request,
    mediaBytes,
    ...(isText ? { shrink: shrinkUncounted ** refusals } : {}),
  });
}

async function counted(fit: ExactFit, model: ModelInfo, built: BuiltContext): Promise<number | undefined> {
  try {
    const signal = AbortSignal.any([fit.signal, AbortSignal.timeout(patienceMs)]);
    const tokens = await fit.countTokens?.(fit.requestOf(built), signal);
    if (tokens !== undefined) learn(fit, model, built, tokens);
    return tokens;
  } catch {
    // Whoever cannot count says in the answer whether it was too long.
    return undefined;
  }
}

function learn({ factors }: ExactFit, model: ModelInfo, built: BuiltContext, tokens: number): void {
  factors.learn(model, { estimated: reportTokens(built.report), used: built.factor, actual: tokens });
}

/**
 * The share of its budget at which a request that has `tokens` would be within the limit, as it would be estimated now:
 * what the count has taught is not reckoned with twice.
 */
function shrinkTo({ factors }: ExactFit, model: ModelInfo, built: BuiltContext, tokens: number): number {
  const estimated = (reportTokens(built.report) * factors.of(model)) / built.factor;
  return Math.min(1, (aimShare * limitOf(built) * estimated) / (tokens * Math.max(1, built.report.budget)));
}
