/** What a session remembers beside its turns. Only a session of the program's own can be changed. */
import type { z } from 'zod';
import {
  type addDirectiveBody,
  type changeDirectiveBody,
  directiveList,
  directiveResult,
  frameList,
  frameResult,
  taskList,
  taskResult,
} from '../protocol/bridge.ts';
import type { DirectiveView, FrameView, TaskView, taskChange } from '../protocol/memory.ts';
import { type Asking, at, parse } from './http.ts';

export interface SessionMemoryClient {
  /** What stands for older turns. */
  frames(sessionId: string): Promise<FrameView[]>;
  /** A frame that is off is not sent; what it covers is sent as far as it fits. */
  setFrame(sessionId: string, frameId: string, active: boolean): Promise<FrameView>;
  directives(sessionId: string): Promise<DirectiveView[]>;
  addDirective(sessionId: string, directive: z.input<typeof addDirectiveBody>): Promise<DirectiveView>;
  changeDirective(
    sessionId: string,
    directiveId: string,
    change: z.input<typeof changeDirectiveBody>,
  ): Promise<DirectiveView>;
  tasks(sessionId: string): Promise<TaskView[]>;
  /** Adds a task, or changes the one that is named. */
  changeTask(sessionId: string, change: z.input<typeof taskChange>): Promise<TaskView>;
}

export function memoryOf({ get, post }: Asking): SessionMemoryClient {
  const part = (sessionId: string, name: string, id?: string) =>
    `${at(sessionId)}/${name}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
  return {
    frames: async (id) => (await get(part(id, 'frames'), frameList)).frames,
    setFrame: async (id, frame, active) =>
      (await parse(await post(part(id, 'frames', frame), { active }), frameResult)).frame,
    directives: async (id) => (await get(part(id, 'directives'), directiveList)).directives,
    addDirective: async (id, directive) =>
      (await parse(await post(part(id, 'directives'), directive), directiveResult)).directive,
    changeDirective: async (id, directiveId, change) =>
      (await parse(await post(part(id, 'directives', directiveId), change), directiveResult)).directive,
    tasks: async (id) => (await get(part(id, 'tasks'), taskList)).tasks,
    changeTask: async (id, change) => (await parse(await post(part(id, 'tasks'), change), taskResult)).task,
  };
}
