/** What is dropped on the input or pasted into it: addresses of files where the editor gives them, else the files themselves. */

/** As the editor names what is dragged out of it, all of several; the standard type has only the first of them. */
const uriTypes = ['application/vnd.code.uri-list', 'text/uri-list'] as const;

export interface Dropped {
  uris: string[];
  files: File[];
}

/** Undefined where there is neither, such as a piece of text, which goes its usual way. */
export function droppedFiles(data: DataTransfer | null): Dropped | undefined {
  if (!data) return undefined;
  const list = uriTypes.map((type) => data.getData(type)).find((text) => text.trim() !== '') ?? '';
  const uris = list
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => /^(?:file|vscode-[a-z-]+):/i.test(line));
  const files = [...data.files];
  return uris.length + files.length === 0
    ? undefined
    : { uris: [...new Set(uris)], files: uris.length > 0 ? [] : files };
}

/** Whether something is dragged that could be dropped here; what it is can be read only once it is. */
export const isDragOfFiles = (data: DataTransfer | null): boolean =>
  data !== null && [...data.types].some((type) => type === 'Files' || uriTypes.some((one) => one === type));

/** The bytes of a file as base64. Rejects where it cannot be read. */
export function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error ?? new Error('The file was not read.'));
    reader.readAsDataURL(file);
  });
}
