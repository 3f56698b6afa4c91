/** Sessions and their frames as resources. */
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { invalidInput } from '../../core/errors.ts';
import type { Entry } from '../../protocol/entries.ts';
import { entryText } from '../../protocol/entryText.ts';
import type { McpAccess } from './access.ts';
import type { ReadResource } from './resourceErrors.ts';
import { bounded } from './results.ts';

/** Sessions in a list: whoever wants an older one knows its id. */
const listed = 100;
/** Entries of one session that are read at once, the newest. */
const mostEntries = 200;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function registerResources(server: McpServer, access: McpAccess, readResource: ReadResource): void {
  const { assistant } = access;
  const sessions = async (suffix: string, what: string) => {
    const all = (await assistant.sessions.list({ limit: listed })).filter((one) => access.mayUse(one));
    const told = await assistant.told.summaries(all);
    return {
      resources: told.map(({ id, title }) => ({
        uri: `causeway://sessions/${id}${suffix}`,
        name: `${what}${title}`,
        mimeType: 'text/markdown',
      })),
    };
  };
  const register = (
    name: string,
    suffix: string,
    what: string,
    description: string,
    read: (id: string) => Promise<string>,
  ) =>
    server.registerResource(
      name,
      new ResourceTemplate(`causeway://sessions/{id}${suffix}`, {
        list: () => sessions(suffix, what),
        complete: {
          id: async (begun) =>
            (await assistant.sessions.list({ limit: listed }))
              .filter((one) => access.mayUse(one) && one.id.startsWith(begun))
              .map(({ id }) => id),
        },
      }),
      { description, mimeType: 'text/markdown' },
      (uri, { id }) =>
        readResource(uri, async () => {
          const wanted = Array.isArray(id) ? (id[0] ?? '') : (id ?? '');
          if (!uuid.test(wanted)) throw invalidInput('id', wanted.slice(0, 60), 'the id of a session');
          await access.session(wanted);
          return {
            contents: [{ uri: uri.href, mimeType: 'text/markdown', text: bounded(await read(wanted)) }],
          };
        }),
    );

  register('session', '', '', 'What was said in a session, the newest entries of its branch.', async (id) =>
    (await assistant.told.path(id, { limit: mostEntries })).flatMap(saidOf).join('\n\n'),
  );
  register('frames', '/frames', 'Frames of ', 'What the session keeps of its older turns.', async (id) => {
    const frames = await assistant.told.ofKinds(id, ['frame']);
    return frames.map(entryText).join('\n\n---\n\n') || 'There are no frames yet.';
  });
}

function saidOf(entry: Entry): string[] {
  const text = entry.kind === 'user' || entry.kind === 'assistant' ? entryText(entry) : '';
  return text === '' ? [] : [`## ${entry.kind === 'user' ? 'User' : 'Assistant'}\n\n${text}`];
}
