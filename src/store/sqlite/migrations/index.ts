import type { DatabaseSync } from 'node:sqlite';
import { createLog } from './001-log.ts';
import { keepRecall } from './002-recall.ts';
import { keepDraftMedia } from './003-draft-media.ts';

/** In order; the number of those applied is the database's `user_version`. A released one never changes. */
export const migrations: readonly ((db: DatabaseSync) => void)[] = [createLog, keepRecall, keepDraftMedia];
