import { plainText } from '../../protocol/content.ts';
import type { Entry } from '../../protocol/entries.ts';
import { entryText } from '../../protocol/entryText.ts';
import { named } from '../parse.ts';
import { sizeText, timeText } from '../text.ts';
import { type Action, command } from './action.ts';
import { findSession } from './find.ts';

export const show: Action = (args, flags) => {
  const [wanted = ''] = named(args, ['ID'], `${command} show`);
  return async ({ assistant, terminal }) => {
    const session = await findSession(assistant.sessions, wanted);
    const entries = await assistant.sessions.path(session.id);
    if (flags.json) return terminal.writeJson({ session, entries });
    const facts = [
      session.id,
      `${session.entryCount} entries`,
      sizeText(session.bytes),
      `since ${timeText(session.createdAt)}`,
      ...(session.trashedAt === undefined ? [] : ['in the trash']),
    ];
    await terminal.write(`${session.title}\n${facts.join(' · ')}\n`);
    for (const entry of entries) await terminal.write(shown(entry));
  };
};

/** Empty for entries that are no part of the conversation. */
function shown(entry: Entry): string {
  if (entry.kind === 'user') {
    const files = (entry.attachments ?? []).map(({ path }) => `  with ${path}\n`).join('');
    return `\n${who('You', entry)}\n${files}${plainText(entry.content)}\n`;
  }
  if (entry.kind !== 'assistant') return '';
  const ending = entry.outcome === undefined || entry.outcome === 'done' ? '' : ` (${entry.outcome})`;
  const why = entry.error === undefined ? '' : `  ${entry.error.message}\n`;
  const text = entryText(entry);
  const head = `${who(`${entry.provider}/${entry.model}`, entry)}${ending}`;
  return `\n${head}\n${text === '' ? '' : `${text}\n`}${why}`;
}

const who = (name: string, { at, client }: Entry): string =>
  `${name}${client === undefined ? '' : ` (${client})`}, ${timeText(at)}`;
