/** A session that is talked in until it is compacted, and what a model answers then. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import type { Entry, FrameEntry } from '../../../../src/protocol/entries.ts';
import type { SessionEvent } from '../../../../src/protocol/turnEvents.ts';
import { type Answer, answer, type Behaviour } from '../../../support/anthropic/script.ts';
import type { FakeAnthropic } from '../../../support/anthropic/server.ts';
import { startCore, type TestCore } from '../../../support/core.ts';

/** About 290 tokens. */
export const longText = (seed: string): string =>
  `Make ${seed} resumable. ${`The offset of ${seed} is kept on the server. `.repeat(28)}`;

/** The same data opened anew, as after the window was closed; `closed` must end the fake and the folder. */
export async function reopened(core: TestCore): Promise<TestCore> {
  await core.engine.close();
  return startCore({ folder: core.folder, fake: core.fake });
}

/** Also of a core that was opened anew. */
export async function closed(core: TestCore): Promise<void> {
  await core.close();
  await core.fake.close();
  rmSync(core.folder, { recursive: true, force: true });
}

export interface FrameScript {
  goals?: string[];
  notes?: { turn: number; text: string }[];
  instructions?: { turn: number; text: string }[];
}

export const frameAnswer = ({
  goals = ['Resume uploads'],
  notes = [],
  instructions = [],
}: FrameScript = {}): Answer =>
  answer(
    JSON.stringify({
      goals,
      decisions: [],
      facts: [],
      entities: [],
      files: [],
      failed: [],
      openSteps: [],
      preferences: [],
      notes,
      instructions,
    }),
  );

/** Turns are answered shortly; whoever asks for a frame hears these behaviours in turn, the last one again and again. */
export function answerFrames(fake: FakeAnthropic, ...behaviours: Behaviour[]): void {
  fake.always((body) => {
    if (!body.output_config?.format) return answer('Done.');
    return (behaviours.length > 1 ? behaviours.shift() : behaviours[0]) ?? frameAnswer();
  });
}

export const askedForFrames = (fake: FakeAnthropic): Record<string, unknown>[] =>
  fake.requests.flatMap(({ body }) =>
    typeof body === 'object' && body !== null && 'output_config' in body
      ? [body as Record<string, unknown>]
      : [],
  );

export async function ask(core: TestCore, sessionId: string, text: string): Promise<Entry[]> {
  const turn = await core.engine.startTurn(sessionId, { text, door: 'panel' });
  for await (const _ of turn.events);
  const log = await core.store.log(sessionId);
  return log.filter((entry) => 'turnId' in entry && entry.turnId === turn.turnId);
}

const isFrame = (event: SessionEvent): boolean =>
  event.type === 'entry.appended' && event.entry.kind === 'frame';

export async function nextFrame(core: TestCore): Promise<FrameEntry> {
  const { entry } = await core.event('entry.appended', isFrame);
  assert.equal(entry.kind, 'frame');
  return entry;
}

export const framesOf = (core: TestCore, sessionId: string): Promise<FrameEntry[]> =>
  core.store.ofKinds(sessionId, ['frame']);
