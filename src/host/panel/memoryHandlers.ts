/** What the page may ask about what a session remembers, answered. */
import type { App } from '../app.ts';
import { proposeInstruction } from '../edits/proposeInstruction.ts';
import { changeMemory, frameWords, panelMemory } from './memoryChanges.ts';
import type { PanelHandlers, PanelHost } from './panelHost.ts';

type Answers = Pick<PanelHandlers['answers'], 'memory' | 'frameWords' | 'memoryChange' | 'pickProfile'>;

export function memoryHandlers(app: App, host: PanelHost): Answers {
  return {
    memory: ({ sessionId }, assistant) => panelMemory(assistant, sessionId),
    frameWords: ({ sessionId, frameId }, assistant) => frameWords(assistant, sessionId, frameId),
    memoryChange: async ({ sessionId, change }, assistant) => {
      const done = await changeMemory(assistant, sessionId, change, (instruction) =>
        proposeInstruction(app.edits, instruction),
      );
      // What is the user's own is in no session's log.
      if (change.type.startsWith('directive.')) host.push({ type: 'memoryChanged', sessionId });
      return { done };
    },
    pickProfile: async () => {
      await app.run('causeway.chooseProfile');
      return undefined;
    },
  };
}
