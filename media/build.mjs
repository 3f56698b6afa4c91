/** Builds the pages: of the panel one module with its lazily loaded parts, of the dashboard one; their style sheets, the codicons. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const media = fileURLToPath(new URL('.', import.meta.url));
const codicons = fileURLToPath(import.meta.resolve('@vscode/codicons/dist/codicon.css')).replace(
  /codicon\.css$/,
  '',
);

/**
 * Our files import zod by its one name, which brings every part and language of it into a bundle.
 * Imported as a module's names, only what is used comes along.
 */
export const leanZod = {
  name: 'lean-zod',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/](?:media|src)[\\/].*\.tsx?$/ }, async ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const source = await readFile(path, 'utf8');
      return {
        contents: source
          .replace("import { z } from 'zod';", "import * as z from 'zod';")
          .replace(
            /import \{ ((?:\w+, )+)z \} from 'zod';/,
            "import * as z from 'zod'; import { $1 } from 'zod';",
          ),
        loader: path.endsWith('x') ? 'tsx' : 'ts',
      };
    });
  },
};

/** Resolves to esbuild's metafile. */
export async function buildPanel({ outdir, minify = true, sourcemap = false }) {
  await mkdir(outdir, { recursive: true });
  const shared = { bundle: true, minify, sourcemap, outdir, logLevel: 'warning', target: 'chrome130' };
  const page = {
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    metafile: true,
    plugins: [leanZod],
  };
  const [panel] = await Promise.all([
    build({
      ...shared,
      ...page,
      entryPoints: [`${media}main.tsx`],
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
    }),
    // By itself: the panel is to be painted as soon as it was without it.
    build({ ...shared, ...page, entryPoints: { usage: `${media}usage/main.tsx` } }),
    build({ ...shared, entryPoints: { panel: `${media}panel.css`, usage: `${media}usage/usage.css` } }),
    ...['codicon.css', 'codicon.ttf'].map((name) => copyFile(`${codicons}${name}`, `${outdir}/${name}`)),
  ]);
  return panel.metafile;
}
