import { usageInvalid } from '../../core/errors.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import { named } from '../parse.ts';
import { type Action, command, type SessionCall } from './action.ts';
import { findSession } from './find.ts';

export const rename: Action = ([wanted, ...words]) => {
  if (wanted === undefined || words.length === 0)
    throw usageInvalid(`${wanted === undefined ? 'ID' : 'TITLE'} is missing.`, `${command} --help`);
  return async ({ assistant, terminal }) => {
    const { id } = await findSession(assistant.sessions, wanted);
    const { title } = await assistant.renameSession(id, words.join(' '), 'cli');
    await terminal.write(`Renamed: ${title}\n`);
  };
};

export const trash = change('trash', 'Moved to the trash', ({ assistant }, { id }) =>
  assistant.sessions.trash(id),
);

export const restore = change('restore', 'Restored', ({ assistant }, { id }) =>
  assistant.sessions.restore(id),
);

export const purge: Action = (args, flags) => {
  const run = change('purge', 'Removed for good', ({ assistant }, { id }) => assistant.sessions.purge(id))(
    args,
    flags,
  );
  if (!flags.yes) throw usageInvalid('purge cannot be undone; add --yes.', `${command} --help`);
  return run;
};

function change(
  name: string,
  done: string,
  run: (call: SessionCall, session: SessionSummary) => Promise<void>,
): Action {
  return (args) => {
    const [wanted = ''] = named(args, ['ID'], `${command} ${name}`);
    return async (call) => {
      const session = await findSession(call.assistant.sessions, wanted);
      await run(call, session);
      await call.terminal.write(`${done}: ${session.title}\n`);
    };
  };
}
