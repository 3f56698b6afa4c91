import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `npm start                        opens a sample workspace in VS Code, in the browser
npm start -- FOLDER              opens a folder of yours
npm start -- --desktop [FOLDER]  opens the VS Code (or VSCodium, Cursor) on the PATH, with Causeway installed
  --no-open       prints the address without opening a browser
  --data FOLDER   keeps sessions and settings there instead of in .vscode-test/start-data`;

export function readOptions(args, from) {
  const nothing = { desktop: false, open: true, help: false };
  let values;
  let positionals;
  try {
    ({ values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        desktop: { type: 'boolean', default: false },
        'no-open': { type: 'boolean', default: false },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (cause) {
    // Its second sentence is about arguments that begin with a dash.
    return { ...nothing, wrong: `${cause.message.split('. ')[0]}.` };
  }
  if (values.help) return { ...nothing, help: true };
  if (positionals.length > 1) {
    return {
      ...nothing,
      wrong: `One folder can be opened, not ${positionals.length}: ${positionals.join(', ')}.`,
    };
  }
  const folder = positionals.length === 1 ? resolve(from, positionals[0]) : undefined;
  const wrong = folder && whyNoFolder(folder);
  if (wrong) return { ...nothing, wrong };
  return {
    desktop: values.desktop,
    open: !values['no-open'],
    help: false,
    ...(folder ? { folder } : {}),
    ...(values.data ? { data: resolve(from, values.data) } : {}),
  };
}

function whyNoFolder(path) {
  try {
    if (statSync(path).isDirectory()) return undefined;
    return `${path} is a file, not a folder. Name the folder that holds it.`;
  } catch (cause) {
    if (cause.code !== 'ENOENT') return `The folder ${path} cannot be opened: ${cause.message}.`;
    return `The folder ${path} does not exist. Name one that does, or none for the sample workspace.`;
  }
}
