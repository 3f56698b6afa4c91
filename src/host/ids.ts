/** Every name that package.json and the code share, once. A test compares them with package.json. */

export const extensionId = 'causeway.causeway';
export const viewContainerId = 'causeway';
export const panelViewId = 'causeway.panel';
/** Type of the editor tab that shows what was used. */
export const usageViewType = 'causeway.usage';
/** Scheme of the read-only documents in which edits are proposed. */
export const proposalScheme = 'causeway-proposal';
/** Scheme of context reports. */
export const reportScheme = 'causeway-report';

/** Under which the bridge of the window is offered to other assistants in the editor. */
export const mcpProviderId = 'causeway.mcp';

/** Schemes of documents that people write, whose text the commands on a selection are for. */
export const textSchemes = ['file', 'untitled', 'vscode-remote', 'vscode-vfs'] as const;

export const commandIds = [
  'causeway.newSession',
  'causeway.newPrivateSession',
  'causeway.searchSessions',
  'causeway.exportSession',
  'causeway.importSession',
  'causeway.purgeSession',
  'causeway.chooseModel',
  'causeway.setApiKey',
  'causeway.removeApiKey',
  'causeway.explain',
  'causeway.fix',
  'causeway.refactor',
  'causeway.writeTests',
  'causeway.document',
  'causeway.askAboutSelection',
  'causeway.addSelectionToChat',
  'causeway.generateCommitMessage',
  'causeway.acceptEdit',
  'causeway.discardEdit',
  'causeway.startBridge',
  'causeway.stopBridge',
  'causeway.showUsage',
  'causeway.createClientToken',
  'causeway.reviewClients',
  'causeway.rotateClient',
  'causeway.revokeClient',
  'causeway.focusInput',
  'causeway.focusLastAnswer',
  'causeway.nextTurn',
  'causeway.previousTurn',
  'causeway.nextCodeBlock',
  'causeway.previousCodeBlock',
  'causeway.findInSession',
  'causeway.stopTurn',
  'causeway.openContext',
  'causeway.openMemory',
  'causeway.compactSession',
  'causeway.chooseProfile',
  'causeway.askPrompt',
  'causeway.pauseIndexing',
  'causeway.resumeIndexing',
  'causeway.showLog',
] as const;
export type CommandId = (typeof commandIds)[number];

export const settingsSection = 'causeway';
export const settingNames = [
  'model',
  'smallModel',
  'providers',
  'routes',
  'grounding',
  'maxOutputTokens',
  'thinking',
  'profile',
  'instructions',
  'context.conversationTokens',
  'context.recall',
  'context.embeddings',
  'context.compaction',
  'context.terminal',
  'context.problems',
  'privacy.maskSecrets',
  'privacy.maskPersonalData',
  'privacy.maskedNames',
  'privacy.localOnly',
  'prices',
  'anthropic.baseUrl',
  'anthropic.contextEditing',
  'anthropic.serverCompaction',
  'anthropic.memoryTool',
  'anthropic.longCache',
  'encryptSessions',
  'trash.retentionDays',
  'bridge.enabled',
  'bridge.port',
  'callLog.bodies',
  'openTelemetry.endpoint',
] as const;
export type SettingName = (typeof settingNames)[number];

export const bridgeRunningKey = 'causeway.bridgeRunning';
export const turnLiveKey = 'causeway.turnLive';
export const indexingPausedKey = 'causeway.indexingPaused';
export const contextKeys = [bridgeRunningKey, turnLiveKey, indexingPausedKey] as const;
