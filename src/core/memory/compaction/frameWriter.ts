/** Writes the body of a frame: by a model that is held to a schema, or from the words themselves. */
import type { Usage } from '../../../protocol/content.ts';
import type { FrameBody, FrameEntry } from '../../../protocol/entries.ts';
import { extractiveFrame } from '../../context/extractiveFrame.ts';
import { boundedBody, isEmptyBody, mergedBodies } from '../../context/frameBody.ts';
import { estimateTokens } from '../../context/tokens.ts';
import { toErrorInfo } from '../../errors.ts';
import { oneAnswer } from '../../providers/oneAnswer.ts';
import { costOf } from '../../providers/prices.ts';
import type { ModelInfo, Provider, ProviderRequest } from '../../providers/provider.ts';
import { fallbackKindOf } from '../../providers/routes.ts';
import { frameRequest, type Material, readAnswer, secondRequest, turnEntryIds } from './framePrompt.ts';

export interface WrittenFrame
  extends Pick<FrameEntry, 'method' | 'model' | 'body' | 'notes' | 'usage' | 'costUsd'> {
  /** Standing instructions the model noticed, with the entry each stands in. */
  instructions: { entryId: string; text: string }[];
}

/** Local, without a model. */
export function extractedFrame(material: Material, ceiling: number): WrittenFrame {
  const body =
    material.kind === 'turns'
      ? extractiveFrame(material.said, ceiling)
      : mergedBodies(material.bodies, ceiling);
  return { method: 'extractive', body, instructions: [] };
}

/** What writes a frame. */
export interface Writer {
  provider: Pick<Provider, 'stream'>;
  model: ModelInfo;
}

/**
 * By the model; where its answer cannot be read even the second time, the body is extracted, and what was paid is told
 * all the same. Throws the error of a provider that cannot be asked, and `stopped`.
 */
export async function modelFrame(
  by: Writer & { remember?: readonly string[] },
  material: Material,
  ceiling: number,
  signal: AbortSignal,
): Promise<WrittenFrame> {
  const request = frameRequest(by.model.id, material, ceiling, by.remember);
  const first = await oneAnswer(by.provider, request, signal);
  let reading = readAnswer(first.text);
  let usage = first.usage;
  if ('problem' in reading) {
    const second = await oneAnswer(by.provider, secondRequest(request, first.text, reading.problem), signal);
    reading = readAnswer(second.text);
    usage = sum(usage, second.usage);
  }
  const cost = costOf(usage, by.model.price);
  const paid = { usage, ...(cost === undefined ? {} : { costUsd: cost }) };
  const body = 'answer' in reading ? boundedBody(bodyOf(reading.answer), ceiling) : undefined;
  if (!('answer' in reading) || body === undefined || isEmptyBody(body))
    return { ...extractedFrame(material, ceiling), ...paid };
  const ids = material.kind === 'turns' ? turnEntryIds(material.said) : [];
  const placed = (items: readonly { turn: number; text: string }[]) =>
    items.flatMap(({ turn, text }) => {
      const entryId = ids[turn - 1];
      return entryId === undefined || text.trim() === '' ? [] : [{ entryId, text: text.trim() }];
    });
  const notes = placed(reading.answer.notes);
  return {
    method: 'model',
    model: `${by.model.provider}/${by.model.id}`,
    body,
    ...(notes.length === 0 ? {} : { notes }),
    ...paid,
    instructions: placed(reading.answer.instructions),
  };
}

/**
 * By the first of these models that takes so much and can be asked; one that fails for a while is passed over. Throws as
 * `modelFrame`, with the error of the last.
 */
export async function firstFrame(
  writers: readonly Writer[],
  remember: readonly string[],
  material: Material,
  ceiling: number,
  signal: AbortSignal,
): Promise<WrittenFrame> {
  const fitting = writers.filter(({ model }) =>
    takes(model, frameRequest(model.id, material, ceiling, remember)),
  );
  const asked = fitting.length > 0 ? fitting : writers.slice(-1);
  for (const [place, by] of asked.entries()) {
    try {
      return await modelFrame({ ...by, remember }, material, ceiling, signal);
    } catch (error) {
      if (signal.aborted || place === asked.length - 1) throw error;
      if (fallbackKindOf(toErrorInfo(error).code) === undefined) throw error;
    }
  }
  return extractedFrame(material, ceiling);
}

/** Part of the window that the answer needs: a frame is far shorter than what it stands for. */
const answerShare = 0.25;

/** Whether a request surely fits. A local server may cut what is too long in silence, so that it is reckoned here. */
function takes({ window, tokenFactor }: ModelInfo, { system, messages }: ProviderRequest): boolean {
  const texts = [
    ...system.map(({ text }) => text),
    ...messages.flatMap(({ content }) =>
      content.flatMap((block) => (block.type === 'text' ? [block.text] : [])),
    ),
  ];
  const tokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  return tokens * Math.max(1, tokenFactor) <= window * (1 - answerShare);
}

function bodyOf(answer: FrameBody): FrameBody {
  const { goals, decisions, facts, entities, files, failed, openSteps, preferences } = answer;
  return { goals, decisions, facts, entities, files, failed, openSteps, preferences };
}

const sum = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cacheCreationTokens: a.cacheCreationTokens + b.cacheCreationTokens,
  cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
});
