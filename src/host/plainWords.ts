/**
 * Words for a notification. VS Code reads `[words](command:…)` in one as a link that runs a command, and titles, paths
 * and answers are others' words: a space without width keeps them from being a link.
 */
export const plainWords = (message: string): string => message.replaceAll('](', ']\u200b(');

/** Profiles and prompts are files that others may have written: their words show no icons of ours. */
export const plainIcons = (text: string): string => text.replaceAll('$(', '$\u200b(');
