/**
 * Shows the Causeway panel once in each window. Causeway itself opens nothing unasked; whoever runs
 * `npm start` asked for it, so this extension of its own is installed there and nowhere else.
 */
const vscode = require('vscode');

exports.activate = async (context) => {
  if (await show()) return;
  // In Restricted Mode Causeway may be off until the folder is trusted.
  const listener = vscode.extensions.onDidChange(async () => {
    if (await show()) listener.dispose();
  });
  context.subscriptions.push(listener);
};

/** False where the panel is not there (yet): VS Code rejects a command that it does not know. */
function show() {
  return vscode.commands.executeCommand('workbench.view.extension.causeway').then(
    () => true,
    () => false,
  );
}
