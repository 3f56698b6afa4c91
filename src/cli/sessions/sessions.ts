/** `causeway sessions`: the sessions of a folder, in its own database. */
import { notFound, usageInvalid } from '../../core/errors.ts';
import { exitCodes } from '../exitCodes.ts';
import { openHeadless } from '../headless.ts';
import type { Invocation } from '../main.ts';
import { folderOptions, parse } from '../parse.ts';
import { placeOf } from '../place.ts';
import { type Action, command } from './action.ts';
import { purge, rename, restore, trash } from './change.ts';
import { list, search } from './list.ts';
import { show } from './show.ts';
import { exportSession, importSession } from './transfer.ts';

const actions: Record<string, Action> = {
  list,
  show,
  search,
  export: exportSession,
  import: importSession,
  rename,
  trash,
  restore,
  purge,
};

export async function runSessions(invocation: Invocation): Promise<number> {
  const { argv, cwd, terminal } = invocation;
  const { values, positionals } = parse(
    argv,
    {
      ...folderOptions,
      trashed: { type: 'boolean' },
      limit: { type: 'string' },
      json: { type: 'boolean' },
      yes: { type: 'boolean' },
    },
    command,
  );
  const [name = 'list', ...rest] = positionals;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action)
    throw usageInvalid(`There is no command sessions ${JSON.stringify(name)}.`, `${command} --help`);
  const run = action(rest, values);
  const place = await placeOf(values.folder, cwd);
  if (!place.known && name !== 'import') {
    // Looking must not make a workspace of a folder that has none.
    if (name === 'list' || name === 'search') {
      terminal.note('This folder has no sessions yet.');
      return exitCodes.done;
    }
    throw notFound('session', rest[0] ?? '');
  }
  const core = await openHeadless(place, invocation, { verbose: values.verbose });
  try {
    await run({ assistant: core.assistant, terminal, cwd });
  } finally {
    await core.close();
  }
  return exitCodes.done;
}
