/** Prompts as endpoints: values in, an answer out, in the shape the prompt promises. */
import { invalidInput } from '../../core/errors.ts';
import { type PromptResult, runPromptBody } from '../../protocol/bridge.ts';
import type { PromptSummary } from '../../protocol/prompts.ts';
import type { Route } from '../exchange.ts';
import { json } from '../http.ts';
import { inNewSession } from '../newSession.ts';
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
        const { input, sessionId, stream, detached } = parseJson(
          await bodies.text(call.request),
          runPromptBody,
        );
        const { principal } = call;
        const { prompt, turn, output } = await assistant.prompts.ask(name, input, version);
        const made = madeBy(principal);
        const asked = groundedWithin(principal, turn);
        if (sessionId !== undefined) await sessionOf(assistant, sessionId, principal);
        const init = { ...made, ...ownerOf(principal), title: prompt.description };
        const response = await answerWithTurn(
          answering,
          {
            call,
            stream,
            detached,
            result(result) {
              const value = output(result.text);
              return json(200, {
                ...result,
                prompt: { name: prompt.name, version: prompt.version },
                ...(value === undefined ? {} : { output: value }),
              } satisfies PromptResult);
            },
          },
          (signal, budget) => {
            const start = (id: string) => assistant.startTurn(id, { ...asked, ...made }, signal, budget);
            return sessionId === undefined ? inNewSession(assistant, init, start) : start(sessionId);
          },
        );
        return { ...response, headers: { ...response.headers, ...ageHeaders(prompt) } };
      },
    },
  ];
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
