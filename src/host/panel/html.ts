/** The panel's page, with a policy under which it can neither fetch nor run anything but its own files. */
import * as vscode from 'vscode';

/** Words of the panel in a translation begin with this in the l10n bundle; without a bundle the page speaks English. */
const wordPrefix = 'panel.';

export function panelHtml(webview: vscode.Webview, folder: vscode.Uri): string {
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
<title>Causeway</title>
<link rel="stylesheet" href="${file('codicon.css')}">
<link rel="stylesheet" href="${file('panel.css')}">
</head>
<body>
<main id="root"></main>
<script id="l10n" type="application/json" nonce="${nonce}">${translations()}</script>
<script type="module" nonce="${nonce}" src="${file('main.js')}"></script>
</body>
</html>`;
}

/** As JSON that cannot end its element. */
function translations(): string {
  const words = Object.entries(vscode.l10n.bundle ?? {}).flatMap(([key, value]) =>
    key.startsWith(wordPrefix) && typeof value === 'string' ? [[key.slice(wordPrefix.length), value]] : [],
  );
  return JSON.stringify(Object.fromEntries(words)).replaceAll('<', '\\u003c');
}

const languageTag = (text: string): string => text.replace(/[^\w-]/g, '');
