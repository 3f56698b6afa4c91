/** Tools a model can be given. What a profile lists is compared with these. */
export const toolNames = ['memory', 'recall', 'update_task'] as const;
export type ToolName = (typeof toolNames)[number];

/** Those that change nothing, neither on disk nor in the session's log. */
export const readOnlyTools: readonly ToolName[] = ['recall'];
