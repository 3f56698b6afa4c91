/** A window that puts older turns into a frame when it is told so, and is killed in the middle of it. */
import type { FakeAnthropic } from '../../../support/anthropic/server.ts';
import { startCore } from '../../../support/core.ts';

const [, , folder = '', url = '', key = '', sessionId = ''] = process.argv;
// Only where it is and its key matter to a core that does not end it.
const core = await startCore({ folder, fake: { url, key } as FakeAnthropic });
core.settings.compaction = 'model';
await core.engine.memory.compact(sessionId, 'panel');
