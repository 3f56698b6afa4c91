/** Offers the bridge of this window to other assistants in VS Code, as an MCP server. */
import * as vscode from 'vscode';
import { mcpProviderId } from './ids.ts';

/** What is offered while the bridge runs. */
export interface OfferedServer {
  readonly url: string;
  /** Undefined where whoever asks is let in no more. */
  headers(): Promise<Record<string, string> | undefined>;
}

export class McpProvider
  implements vscode.McpServerDefinitionProvider<vscode.McpHttpServerDefinition>, vscode.Disposable
{
  readonly #changes = new vscode.EventEmitter<void>();
  readonly onDidChangeMcpServerDefinitions = this.#changes.event;
  #offered: OfferedServer | undefined;

  offer(server: OfferedServer | undefined): void {
    if (this.#offered === server) return;
    this.#offered = server;
    this.#changes.fire();
  }

  /** Without headers, since the editor keeps what is given here. */
  provideMcpServerDefinitions(): vscode.McpHttpServerDefinition[] {
    if (!this.#offered) return [];
    return [new vscode.McpHttpServerDefinition('Causeway', vscode.Uri.parse(this.#offered.url, true))];
  }

  /** Lets the editor in when it starts the server, and not before. */
  async resolveMcpServerDefinition(
    server: vscode.McpHttpServerDefinition,
  ): Promise<vscode.McpHttpServerDefinition | undefined> {
    const offered = this.#offered;
    // The editor may know one of before, whose port another program can have by now.
    if (!offered || server.uri.toString() !== vscode.Uri.parse(offered.url, true).toString())
      return undefined;
    const headers = await offered.headers();
    if (!headers) return undefined;
    server.headers = headers;
    return server;
  }

  dispose(): void {
    this.#changes.dispose();
  }
}

/** Editors that are made of VS Code do not all have this part of it; the rest of Causeway works without. */
export function registerMcpProvider(provider: McpProvider): vscode.Disposable {
  const has =
    'McpHttpServerDefinition' in vscode && 'registerMcpServerDefinitionProvider' in (vscode.lm ?? {});
  if (!has) return new vscode.Disposable(() => undefined);
  return vscode.lm.registerMcpServerDefinitionProvider(mcpProviderId, provider);
}
