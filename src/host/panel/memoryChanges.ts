/** What a session remembers, as the panel shows and changes it. */
import type { Assistant } from '../../core/assistant.ts';
import { frameText } from '../../core/context/frameText.ts';
import { estimateTokens } from '../../core/context/tokens.ts';
import { notFound } from '../../core/errors.ts';
import type { FrameBody } from '../../protocol/entries.ts';
import type { MemoryChange, PanelMemory } from '../../protocol/panelContext.ts';

const door = 'panel';

/** Throws `not_found`. */
export async function panelMemory(assistant: Assistant, sessionId: string): Promise<PanelMemory> {
  const view = await assistant.memory.view(sessionId);
  const ends = view.frames.flatMap(({ covers }) => [covers.fromId, covers.toId]);
  const entries = await assistant.sessions.entries(sessionId, ends);
  const times = new Map(entries.map(({ id, at }) => [id, at]));
  return {
    ...view,
    sessionId,
    frames: view.frames.map(({ body, ...frame }) => ({
      ...frame,
      tokens: estimateTokens(frameText(body)),
      from: times.get(frame.covers.fromId) ?? frame.at,
      to: times.get(frame.covers.toId) ?? frame.at,
    })),
  };
}

/** Throws `not_found`. */
export async function frameWords(
  { memory }: Assistant,
  sessionId: string,
  frameId: string,
): Promise<FrameBody> {
  const { frames } = await memory.view(sessionId);
  const frame = frames.find(({ id }) => id === frameId);
  if (!frame) throw notFound('frame', frameId);
  return frame.body;
}

/**
 * Resolves to whether there was something to do. `propose` shows an instruction as a diff of the workspace's own file.
 * Throws what `SessionMemory` throws, and then nothing was stored.
 */
export async function changeMemory(
  { memory }: Assistant,
  sessionId: string,
  change: MemoryChange,
  propose: (instruction: string) => Promise<void>,
): Promise<boolean> {
  switch (change.type) {
    case 'directive.add':
      await memory.addDirective(sessionId, change.text, door);
      return true;
    case 'directive.edit':
      await memory.changeDirective(sessionId, change.directiveId, { text: change.text }, door);
      return true;
    case 'directive.state':
      await memory.changeDirective(sessionId, change.directiveId, { state: change.state }, door);
      return true;
    case 'directive.promote': {
      if (change.to === 'user') {
        await memory.promoteDirective(sessionId, change.directiveId, door);
        return true;
      }
      const { directives } = await memory.view(sessionId);
      const directive = directives.find(({ directiveId }) => directiveId === change.directiveId);
      if (!directive) throw notFound('directive', change.directiveId);
      await propose(directive.text);
      return true;
    }
    case 'directive.remove_user':
      await memory.removeUserDirective(change.directiveId);
      return true;
    case 'directive.restore_user': {
      const { directiveId } = await memory.addDirective(sessionId, change.text, door);
      await memory.promoteDirective(sessionId, directiveId, door);
      return true;
    }
    case 'frame.edit':
      await memory.editFrame(sessionId, change.frameId, change.body, door);
      return true;
    case 'frame.active':
      await memory.setFrameActive(sessionId, change.frameId, change.active, door);
      return true;
    case 'frame.rebuild':
      await memory.rebuildFrame(sessionId, change.frameId, door);
      return true;
    case 'compact':
      return (await memory.compact(sessionId, door)) !== undefined;
    case 'task':
      await memory.changeTask(sessionId, change.change, door);
      return true;
    default:
      return change satisfies never;
  }
}
