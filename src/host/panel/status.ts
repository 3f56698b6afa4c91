/** What the panel shows beside the transcript. */
import * as vscode from 'vscode';
import type { Assistant } from '../../core/assistant.ts';
import type { PanelStatus } from '../../protocol/panel.ts';
import type { BridgeControl } from '../bridgeControl.ts';
import type { Keys } from '../keys.ts';
import type { SessionGroundings } from '../sessionGroundings.ts';
import type { WindowCore } from '../windowCore.ts';

export interface StatusParts {
  core: WindowCore;
  keys: Keys;
  groundings: SessionGroundings;
  bridge: BridgeControl;
  suggestions(): Promise<string[]>;
}

export async function panelStatus(
  parts: StatusParts,
  assistant: Assistant,
  sessionId: string | undefined,
): Promise<PanelStatus> {
  const [{ model, insteadOf }, grounding, key, suggestions] = await Promise.all([
    assistant.modelFor(sessionId),
    parts.groundings.of(assistant, sessionId),
    parts.keys.state(),
    parts.suggestions(),
  ]);
  const port = parts.bridge.state?.port;
  return {
    workspaceName: vscode.workspace.name ?? '',
    trusted: vscode.workspace.isTrusted,
    key,
    offline: model.provider === 'offline',
    model: { id: `${model.provider}/${model.id}`, name: model.name, window: model.window },
    // That there is no key is said by the key's own state.
    ...(insteadOf === undefined || key === 'missing' ? {} : { insteadOf }),
    grounding,
    notices: parts.core.notices,
    suggestions,
    ...(port === undefined ? {} : { bridgePort: port }),
  };
}
