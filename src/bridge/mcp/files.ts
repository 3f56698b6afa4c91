/** Files of the workspace as resources: by their paths, as a client finds them by completing or by reading a folder. */
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';
import { pathRefused } from '../../core/errors.ts';
import type { McpAccess } from './access.ts';
import type { ReadResource } from './resourceErrors.ts';
import { bounded } from './results.ts';

const root = 'causeway://files/';
/** Of one folder; whoever looks for more asks for one below it. */
const mostListed = 1000;
/** Values that one answer may hold. Source: https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/completion. */
const mostCompleted = 100;

/**
 * A list of all files would be pages of thousands, of which a client wants a few: instead there is one resource for the
 * folder, and a template that is completed one folder at a time.
 */
export function registerFiles(server: McpServer, access: McpAccess, readResource: ReadResource): void {
  const { files } = access.assistant.told;
  const paths = async (folder: string, most: number) =>
    files.list(folder, { depth: 1, most, signal: access.signal });
  const folderText = async (folder: string) => {
    const { paths: found, more } = await paths(folder, mostListed);
    const lines = found.map(
      (path) => `${path}\t${root}${encodeURI(path).replaceAll('#', '%23').replaceAll('?', '%3F')}`,
    );
    return (
      [...lines, ...(more ? ['(There are more.)'] : [])].join('\n') || 'Nothing that may be read is here.'
    );
  };
  const text = (uri: URL, words: string) => ({
    contents: [{ uri: uri.href, mimeType: 'text/plain', text: bounded(words) }],
  });

  server.registerResource(
    'files',
    root,
    {
      title: 'Files of the workspace',
      description: 'What is in the workspace’s folder, one line a file or folder, with its address.',
      mimeType: 'text/plain',
    },
    (uri) => readResource(uri, async () => text(uri, await folderText(''))),
  );
  server.registerResource(
    'file',
    new ResourceTemplate(`${root}{+path}`, {
      list: undefined,
      complete: {
        path: async (begun) => {
          const folder = begun.slice(0, begun.lastIndexOf('/') + 1);
          // What is no folder completes to nothing.
          const found = await paths(folder, mostListed).catch(() => ({ paths: [] }));
          return found.paths.filter((path) => path.startsWith(begun)).slice(0, mostCompleted);
        },
      },
    }),
    {
      description:
        'A text file of the workspace by its path, secrets masked; a folder, with a slash at its end, as the list of what is in it.',
      mimeType: 'text/plain',
    },
    (uri, { path }) =>
      readResource(uri, async () => {
        const asked = decoded(Array.isArray(path) ? path.join('/') : (path ?? ''));
        return text(uri, asked.endsWith('/') ? await folderText(asked) : (await files.read(asked)).text);
      }),
  );
}

/** Once, as an address is; what is still encoded then is a name. Throws `path_refused`. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // It is no UTF-8, so no file is called like this.
    throw pathRefused(path);
  }
}
