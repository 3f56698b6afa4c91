/** Builds the panel's page: one module with its lazily loaded parts, one style sheet, the codicons. */
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leanZod } from './leanZod.mjs';

const media = fileURLToPath(new URL('.', import.meta.url));
const codicons = fileURLToPath(import.meta.resolve('@vscode/codicons/dist/codicon.css')).replace(
  /codicon\.css$/,
  '',
);

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
