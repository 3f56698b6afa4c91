/** Those by which a model looks around the workspace. */
export const workspaceToolNames = [
  'search_workspace',
  'read_file',
  'list_files',
  'find_symbols',
  'find_references',
  'problems',
  'git_log',
  'git_blame',
] as const;

/** Tools a model can be given. What a profile lists is compared with these. */
export const toolNames = ['memory', 'recall', 'update_task', ...workspaceToolNames] as const;
export type ToolName = (typeof toolNames)[number];

/** Those that change nothing, neither on disk nor in the session's log. */
export const readOnlyTools: readonly ToolName[] = ['recall', ...workspaceToolNames];
