/** Prompts as endpoints: values in, an answer out, in the shape the prompt promises. */
import { invalidInput } from '../../core/errors.ts';
import { type PromptResult, runPromptBody } from '../../protocol/bridge.ts';
import type { PromptSummary } from '../../protocol/prompts.ts';
import { cacheUseOf } from '../cache/cacheUse.ts';
import type { Route } from '../exchange.ts';
import { json } from '../http.ts';
import { requestKeyOf } from '../keyed/requestKey.ts';
import { parseJson } from '../parse.ts';
import { madeBy, ownerOf, sessionOf } from '../sessionAccess.ts';
import { answerWithTurn, groundedWithin, type TurnRouteDeps } from './turns.ts';

export function promptRoutes({ assistant, bodies, ...answering }: TurnRouteDeps): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/v1/prompts',
      scope: 'turns',
      async answer() {
        const prompts = await assistant.prompts.summaries();
        return json(200, { prompts: prompts.filter(({ status }) => status !== 'draft') });
      },
    },
    {
      method: 'GET',
      pattern: '/v1/prompts/{prompt:name}',
      scope: 'turns',
      async answer({ params }) {
        const { name, version } = named(params.prompt);
        const prompt = await assistant.prompts.summary(name, version);
        return json(200, { prompt }, ageHeaders(prompt));
      },
    },
    {
      method: 'POST',
      pattern: '/v1/prompts/{prompt:name}',
      scope: 'turns',
      async answer(call) {
        const { name, version } = named(call.params.prompt);
        const { stream, detached, ...body } = parseJson(await bodies.text(call.request), runPromptBody);
        const { input, sessionId } = body;
        const { principal } = call;
        const { prompt, turn, output, ...file } = await assistant.prompts.ask(name, input, version);
        const use = cacheUseOf(call.request, principal, file.cache);
        const made = madeBy(principal);
        const asked = groundedWithin(principal, turn);
        const check = (id: string) => sessionOf(assistant, id, principal);
        if (sessionId !== undefined) await check(sessionId);
        const init = { ...made, ...ownerOf(principal), title: prompt.description };
        const response = await answerWithTurn(
          answering,
          {
            call,
            stream,
            detached,
            cache: use && { ...use, accepts: (text) => fits(output, text) },
            key: requestKeyOf(call, ['prompt', call.params.prompt, body]),
            check,
            session: async () => sessionId ?? (await assistant.createSession(init)).id,
            ...(sessionId === undefined && { drop: (id) => assistant.sessions.purge(id) }),
            result(result) {
              const value = output(result.text);
              return json(200, {
                ...result,
                prompt: { name: prompt.name, version: prompt.version },
                ...(value === undefined ? {} : { output: value }),
              } satisfies PromptResult);
            },
          },
          (id, { signal, budget, ...by }) =>
            assistant.startTurn(id, { ...asked, ...made, ...by }, signal, budget),
        );
        return { ...response, headers: { ...response.headers, ...ageHeaders(prompt) } };
      },
    },
  ];
}

/** An answer that is not what the prompt promises is not given a second time. */
function fits(output: (answer: string) => unknown, text: string): boolean {
  try {
    output(text);
    return true;
  } catch {
    // Whoever asked is told why.
    return false;
  }
}

/** `NAME` or `NAME@VERSION`. Throws `invalid_input`. */
function named(path = ''): { name: string; version: { version?: number } } {
  const [, name, version] = /^([a-z0-9][a-z0-9_-]*)(?:@([1-9]\d{0,6}))?$/.exec(path) ?? [];
  if (name === undefined) throw invalidInput('prompt', path.slice(0, 60), 'NAME or NAME@VERSION');
  return { name, version: version === undefined ? {} : { version: Number(version) } };
}

/**
 * What a caller is told of a deprecated prompt. The day it was deprecated is not known; a date that has passed says that
 * it is. Sources: RFC 9745 (Deprecation), RFC 8594 (Sunset).
 */
function ageHeaders({ status, sunset }: PromptSummary): Record<string, string> {
  if (status !== 'deprecated') return {};
  return {
    deprecation: '@0',
    ...(sunset === undefined ? {} : { sunset: new Date(`${sunset}T00:00:00Z`).toUTCString() }),
  };
}
