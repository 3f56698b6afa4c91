/** Settings by their full name, such as `{ 'editor.fontSize': 14 }`. */
export type Settings = Readonly<Record<string, unknown>>;

/** A plain workbench: no welcome pages, no other assistants, no network, and nothing that moves. */
export const userDefaults: Settings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.colorTheme': 'Default Dark Modern',
  'chat.commandCenter.enabled': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.openRepositoryInParentFolders': 'never',
  // A browser's VS Code would save by itself after a second.
  'files.autoSave': 'off',
  'editor.minimap.enabled': false,
  'security.workspace.trust.untrustedFiles': 'open',
};

/** The four themes the panel must look right in, with the class that the workbench then has. */
export const themes = {
  light: { label: 'Default Light Modern', className: 'vs' },
  dark: { label: 'Default Dark Modern', className: 'vs-dark' },
  highContrast: { label: 'Default High Contrast', className: 'hc-black' },
  highContrastLight: { label: 'Default High Contrast Light', className: 'hc-light' },
} as const;
export type ThemeName = keyof typeof themes;
