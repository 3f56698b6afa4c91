/** What a session remembers beside its turns: frames, directives and tasks, read by programs and changed in their own. */
import type { Assistant } from '../../core/assistant.ts';
import { notOwnSession } from '../../core/errors.ts';
import { addDirectiveBody, changeDirectiveBody, switchFrameBody } from '../../protocol/bridge.ts';
import { taskChange } from '../../protocol/memory.ts';
import type { BodyReader } from '../body.ts';
import type { Route, RouteCall } from '../exchange.ts';
import { json } from '../http.ts';
import { parseJson } from '../parse.ts';
import { sessionOf } from '../sessionAccess.ts';

export function memoryRoutes(assistant: Assistant, bodies: BodyReader): Route[] {
  const { memory } = assistant;
  const told = async (id: string) => assistant.told.memory(id, await memory.view(id));
  const viewOf = async ({ params: { id = '' }, principal }: RouteCall) => {
    await sessionOf(assistant, id, principal);
    return told(id);
  };
  /** The session that is changed, and by which door. */
  const own = async ({ params: { id = '' }, principal }: RouteCall) => {
    const { clientId } = await sessionOf(assistant, id, principal);
    // Directives and tasks are in every request of their session: what stands in one of the user's own is the user's.
    if (principal.kind === 'client' && clientId !== principal.client.id) throw notOwnSession();
    return { id, door: principal.door };
  };
  return [
    {
      method: 'GET',
      pattern: '/v1/sessions/{id}/frames',
      scope: 'sessions:read',
      answer: async (call) => json(200, { frames: (await viewOf(call)).frames }),
    },
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/frames/{frame}',
      scope: 'sessions:write',
      async answer(call) {
        const { id, door } = await own(call);
        const { active } = parseJson(await bodies.text(call.request), switchFrameBody);
        const { id: entryId } = await memory.setFrameActive(id, call.params.frame ?? '', active, door);
        return json(200, { frame: (await told(id)).frames.find((frame) => frame.id === entryId) });
      },
    },
    {
      method: 'GET',
      pattern: '/v1/sessions/{id}/directives',
      scope: 'sessions:read',
      answer: async (call) => json(200, { directives: (await viewOf(call)).directives }),
    },
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/directives',
      scope: 'sessions:write',
      async answer(call) {
        const { id, door } = await own(call);
        const { text } = parseJson(await bodies.text(call.request), addDirectiveBody);
        const { directiveId } = await memory.addDirective(id, text, door);
        return json(201, { directive: await directiveOf(id, directiveId) });
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/directives/{directive}',
      scope: 'sessions:write',
      async answer(call) {
        const { id, door } = await own(call);
        const { text, state } = parseJson(await bodies.text(call.request), changeDirectiveBody);
        const change = { ...(text === undefined ? {} : { text }), ...(state === undefined ? {} : { state }) };
        const { directiveId } = await memory.changeDirective(id, call.params.directive ?? '', change, door);
        return json(200, { directive: await directiveOf(id, directiveId) });
      },
    },
    {
      method: 'GET',
      pattern: '/v1/sessions/{id}/tasks',
      scope: 'sessions:read',
      answer: async (call) => json(200, { tasks: (await viewOf(call)).tasks }),
    },
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/tasks',
      scope: 'sessions:write',
      async answer(call) {
        const { id, door } = await own(call);
        const change = parseJson(await bodies.text(call.request), taskChange);
        const { taskId } = await memory.changeTask(id, change, door);
        const task = (await told(id)).tasks.find((one) => one.taskId === taskId);
        return json(change.taskId === undefined ? 201 : 200, { task });
      },
    },
  ];

  async function directiveOf(id: string, directiveId: string) {
    return (await told(id)).directives.find((one) => one.directiveId === directiveId);
  }
}
