/** Builds the panel's page: one module with its lazily loaded parts, one style sheet, the codicons. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const media = fileURLToPath(new URL('.', import.meta.url));
const codicons = fileURLToPath(import.meta.resolve('@vscode/codicons/dist/codicon.css')).replace(
  /codicon\.css$/,
  '',
);

/**
 * The contracts import zod by its one name, which brings every part and language of it into a bundle.
 * Imported as a module's names, only what is used comes along.
 */
export const leanZod = {
  name: 'lean-zod',
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/](?:media|src)[\\/].*\.tsx?$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return {
        contents: source.replace("import { z } from 'zod';", "import * as z from 'zod';"),
        loader: path.endsWith('x') ? 'tsx' : 'ts',
      };
    });
  },
};

/** Resolves to esbuild's metafile. */
export async function buildPanel({ outdir, minify = true, sourcemap = false }) {
  await mkdir(outdir, { recursive: true });
  const shared = { bundle: true, minify, sourcemap, outdir, logLevel: 'warning', target: 'chrome130' };
  const [page] = await Promise.all([
    build({
      ...shared,
      entryPoints: [`${media}main.tsx`],
      format: 'esm',
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      metafile: true,
      plugins: [leanZod],
    }),
    build({ ...shared, entryPoints: [`${media}panel.css`] }),
    ...['codicon.css', 'codicon.ttf'].map((name) => copyFile(`${codicons}${name}`, `${outdir}/${name}`)),
  ]);
  return page.metafile;
}
