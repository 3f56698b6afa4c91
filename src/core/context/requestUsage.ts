import type { Usage } from '../../protocol/content.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';

/** What the one request took that an answer's report tells of; undefined where it ended without saying. Pure. */
export const requestUsageOf = ({ requestUsage, usage }: AssistantEntry): Usage | undefined =>
  requestUsage === undefined ? usage : (requestUsage ?? undefined);
