/** Which files are searched and quoted. By name before a file is opened, by content after. Pure. */

/** Folders that hold other people's code, history or results; never looked into, whatever `.gitignore` says. */
const skippedFolders = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  'bower_components',
  '.yarn',
  '.venv',
  'venv',
  '__pycache__',
  '.tox',
  '.gradle',
  '.next',
  '.nuxt',
  '.cache',
  '.vscode-test',
  '.ssh',
  '.aws',
  '.gnupg',
]);

export const isSkippedFolder = (name: string) => skippedFolders.has(name);

/** Files whose purpose is to hold secrets. What is quoted is stored in the session, so these are never quoted. */
const secret =
  /^\.env|\.env$|\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg|ovpn)$|^id_(?:rsa|dsa|ecdsa|ed25519)|^\.(?:npmrc|netrc|pgpass|htpasswd|git-credentials|pypirc)$|^_netrc$|^credentials(?:\.json)?$|^secrets?\.(?:json|ya?ml|toml)$|\.tfvars$|\.tfstate(?:\.backup)?$/i;

/** Whether a file is kept out because it is made to hold secrets. `path` has forward slashes. */
export function isSecretFile(path: string): boolean {
  return secret.test(path.split('/').at(-1) ?? '');
}

const binary =
  /\.(?:png|jpe?g|gif|webp|bmp|ico|icns|tiff?|psd|avif|heic|mp[34]|m4[av]|mov|avi|mkv|webm|wav|flac|ogg|woff2?|ttf|otf|eot|zip|gz|tgz|bz2|xz|zst|7z|rar|jar|war|class|pyc|o|a|so|dylib|dll|exe|bin|dat|db|sqlite3?|pdf|docx?|xlsx?|pptx?|wasm|node|vsix|parquet|onnx|pt|safetensors|gguf|pb|pack|idx)$/i;
const generated =
  /\.min\.(?:js|css|mjs)$|\.map$|\.snap$|\.svg$|(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|Cargo\.lock|Gemfile\.lock|poetry\.lock|uv\.lock|composer\.lock|go\.sum|flake\.lock)$/i;

/** Whether what is called so is no text. */
export const isBinaryName = (path: string): boolean => binary.test(path);

/** Whether what is called so is written by a program. */
export const isGeneratedName = (path: string): boolean => generated.test(path);

/** Whether a file is worth opening for a search. */
export const isSearchableName = (path: string) =>
  !isSecretFile(path) && !isBinaryName(path) && !isGeneratedName(path);

/** Bytes; larger text files are data rather than something somebody wrote. */
export const largestFile = 1024 * 1024;
/** Characters; people do not write longer lines, minifiers and serialisers do. */
const longestLine = 5000;
const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----/;
/** The marks that generators write near the top, one of them the form that Go fixed for its tools. */
const generatedMark =
  /@generated|^(?:\/\/|#) Code generated .* DO NOT EDIT\.$|\b(?:auto-?generated|generated (?:by|from))\b.*\b(?:do not|don't) (?:edit|modify|change)/im;
const markWithin = 1000;

/** Whether a text has a private key in it, whatever its file is called. */
export const holdsPrivateKey = (text: string): boolean => privateKey.test(text);

/** Whether a text is worth quoting: not binary, no private key, not minified, not generated. */
export function isSearchableText(text: string): boolean {
  return text.trim() !== '' && !text.includes('\0') && !privateKey.test(text) && !isGeneratedText(text);
}

/** Whether a generator says that it wrote a text, or a line is longer than people write. */
export function isGeneratedText(text: string): boolean {
  if (generatedMark.test(text.slice(0, markWithin))) return true;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    if ((end < 0 ? text.length : end) - from > longestLine) return true;
    if (end < 0) break;
    from = end + 1;
  }
  return false;
}

/** An index on disk has their places in this list. */
export const fileKinds = ['code', 'test', 'doc', 'data'] as const;
export type FileKind = (typeof fileKinds)[number];

export function fileKind(path: string): FileKind {
  if (
    /(?:^|\/)(?:tests?|testing|testsuites?|__tests__|__mocks__|specs?|e2e|fixtures?|testdata|bench(?:es|marks?)?)\//i.test(
      path,
    )
  )
    return 'test';
  if (/[._-](?:test|spec)s?\.[a-z]+$|(?:^|\/)test_[^/]+\.py$/i.test(path)) return 'test';
  if (/\.(?:md|mdx|markdown|rst|adoc|txt)$/i.test(path)) return 'doc';
  // What stands beside the documents or is written to be shown, such as their settings and examples, explains too.
  if (/(?:^|\/)(?:docs?|examples?|samples?|demos?|tutorials?)\//i.test(path)) return 'doc';
  return /\.(?:jsonc?|json5|ya?ml|toml|ini|cfg|csv|tsv|xml)$|(?:^|\/)\.[a-z]+(?:ignore|rc|attributes)$/i.test(
    path,
  )
    ? 'data'
    : 'code';
}
