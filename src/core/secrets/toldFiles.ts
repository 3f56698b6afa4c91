/** Files of the workspace as programs may read them: confined to it, without what stays out, their secrets masked. */
import { fileMissing } from '../errors.ts';
import type { WorkspaceFiles } from '../tools/workspace/sources.ts';
import type { Masker } from './masker.ts';

/** Throws as `WorkspaceFiles`, and `masking_failed`. Where no folder is open, there is nothing. */
export type ToldFiles = Pick<WorkspaceFiles, 'read' | 'list'>;

export const toldFiles = (files: () => WorkspaceFiles | undefined, masker: Masker): ToldFiles => ({
  async read(path) {
    const file = await files()?.read(path);
    if (!file) throw fileMissing(path);
    const [text] = await masker.texts([file.text]);
    // Of a text that was not looked through, nothing is told.
    return { ...file, text: text ?? '' };
  },
  async list(folder, options) {
    return (await files()?.list(folder, options)) ?? { paths: [], more: false };
  },
});
