import { usageInvalid } from '../../core/errors.ts';
import { named } from '../parse.ts';
import { table } from '../table.ts';
import { shortId, sizeText, timeText } from '../text.ts';
import { type Action, command, limitOf } from './action.ts';

const listLimit = 200;
const searchLimit = 50;

export const list: Action = (args, flags) => {
  named(args, [], `${command} list`);
  const limit = limitOf(flags, listLimit);
  return async ({ assistant, terminal }) => {
    const trashed = flags.trashed ?? false;
    const sessions = await assistant.sessions.list({ trashed, limit });
    if (flags.json) {
      for (const session of sessions) await terminal.writeJson(session);
      return;
    }
    if (sessions.length === 0)
      return terminal.note(trashed ? 'The trash is empty.' : 'This folder has no sessions yet.');
    const rows = sessions.map((session) => [
      shortId(session.id),
      timeText(session.updatedAt),
      String(session.entryCount),
      sizeText(session.bytes),
      session.client ?? session.door,
      session.title,
    ]);
    const heads = ['ID', 'CHANGED', 'ENTRIES', 'SIZE', 'FROM', 'TITLE'];
    await terminal.write(table(heads, rows, terminal.width));
  };
};

export const search: Action = (args, flags) => {
  if (args.length === 0) throw usageInvalid('WORDS are missing.', `${command} --help`);
  const limit = limitOf(flags, searchLimit);
  return async ({ assistant, terminal }) => {
    const hits = await assistant.sessions.search(args.join(' '), { limit });
    if (flags.json) {
      for (const hit of hits) await terminal.writeJson(hit);
      return;
    }
    if (hits.length === 0) return terminal.note('No session has these words.');
    // The marks around matches are control characters, which `write` takes out.
    const rows = hits.map((hit) => [shortId(hit.sessionId), timeText(hit.at), hit.sessionTitle, hit.snippet]);
    await terminal.write(table(['ID', 'TIME', 'SESSION', 'TEXT'], rows, terminal.width));
  };
};
