/** The pages, with a policy under which they can neither fetch nor run anything but their own files. */
import * as vscode from 'vscode';

/** A page has one module and one style sheet of its own. */
interface Page {
  title: string;
  script: string;
  style: string;
  /** Its words in a translation begin with this in the l10n bundle; without a bundle the page speaks English. */
  words: string;
}

const pages = {
  panel: { title: 'Causeway', script: 'main.js', style: 'panel.css', words: 'panel.' },
  usage: { title: 'Causeway', script: 'usage.js', style: 'usage.css', words: 'usage.' },
} as const satisfies Record<string, Page>;

export function pageHtml(webview: vscode.Webview, folder: vscode.Uri, name: keyof typeof pages): string {
  const page = pages[name];
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(folder, name)).toString();
  const nonce = crypto.randomUUID().replaceAll('-', '');
  const policy = [
    "default-src 'none'",
    // Modules that a script with the nonce imports are allowed by it too.
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    // Pictures that are in an answer itself; nothing is fetched.
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="${languageTag(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title}</title>
<link rel="stylesheet" href="${file('codicon.css')}">
<link rel="stylesheet" href="${file(page.style)}">
</head>
<body>
<main id="root"></main>
<script id="l10n" type="application/json" nonce="${nonce}">${translations(page.words)}</script>
<script type="module" nonce="${nonce}" src="${file(page.script)}"></script>
</body>
</html>`;
}

/** As JSON that cannot end its element. */
function translations(prefix: string): string {
  const words = Object.entries(vscode.l10n.bundle ?? {}).flatMap(([key, value]) =>
    key.startsWith(prefix) && typeof value === 'string' ? [[key.slice(prefix.length), value]] : [],
  );
  return JSON.stringify(Object.fromEntries(words)).replaceAll('<', '\\u003c');
}

const languageTag = (text: string): string => text.replace(/[^\w-]/g, '');
