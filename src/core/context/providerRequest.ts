import type { ContextReport } from '../../protocol/report.ts';
import type { ProviderRequest } from '../providers/provider.ts';
import { splitModel } from '../providers/registry.ts';
import type { Rendered } from './render.ts';

/** The request that a report tells of. `question` is what the user typed, for answers that search for it. */
export function providerRequest(
  report: ContextReport,
  { tools, system, messages }: Rendered,
  question: string,
): ProviderRequest {
  // Reports of version 0.1 do not say what else was asked for.
  const { maxOutputTokens, thinking, client, output }: NonNullable<ContextReport['options']> =
    report.options ?? {
      maxOutputTokens: report.outputReserve,
      thinking: false,
    };
  return {
    model: splitModel(report.model).model,
    tools,
    system,
    messages,
    maxOutputTokens,
    ...(thinking ? { thinking: 'adaptive' as const } : {}),
    question,
    ...(client === undefined ? {} : { client }),
    ...(output === undefined ? {} : { outputSchema: output }),
  };
}
