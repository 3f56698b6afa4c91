/** The panel's words. The page may carry a translation as JSON in an element with the id `l10n`. */
import { z } from 'zod';

const english = {
  ask: 'Ask about this workspace',
  send: 'Send',
  stop: 'Stop',
  queueInput: 'Queue',
  you: 'You',
  causeway: 'Causeway',
  what: 'Causeway answers from this workspace and keeps every session here.',
  keySet: 'The API key for Claude is set.',
  keyEnvironment: 'The API key comes from the environment.',
  keyMissing: 'No API key is set. Answers are quotes from your files.',
  keyringFailed: 'The keyring cannot be read. Set the API key again for this window.',
  setKey: 'Set API key',
  keys: 'Enter sends · Shift+Enter breaks the line · Esc stops · ↑ edits your last input',
  offline: 'No model is set. Answers are quotes from your files.',
  restricted: 'Restricted Mode: nothing leaves this machine. Answers are quotes from your files.',
  trust: 'Manage trust',
  readOnly: 'This session was written by a newer version and is read-only.',
  privateSession: 'Private session: it lives in memory and leaves nothing on disk.',
  waiting: 'Waiting for the first words',
  thinking: 'Thinking',
  thought: 'Thoughts',
  stopped: 'Stopped. What had arrived is kept.',
  interrupted: 'Interrupted. What had arrived is kept.',
  maxTokens: 'The answer reached its length limit.',
  refusal: 'The model declined to answer.',
  continueTurn: 'Continue',
  continueWords: 'Continue where you stopped.',
  retry: 'Retry',
  retryingIn: 'Trying again in {0} s ({1})',
  copy: 'Copy',
  copied: 'Copied',
  insert: 'Insert',
  insertTip: 'Insert at the cursor',
  apply: 'Apply',
  applyTip: 'Show as a diff; nothing is written until you accept it',
  fork: 'Fork',
  forkTip: 'Start a new session from here',
  context: 'Context',
  contextTip: 'What was sent in this turn',
  edit: 'Edit',
  editTip: 'Edit and send again as a branch',
  cancel: 'Cancel',
  withdraw: 'Withdraw',
  queued: 'Queued {0}',
  jump: 'Jump to latest',
  showAll: 'Show all {0} lines',
  showMore: 'Show all',
  showLess: 'Show less',
  search: 'Search sessions',
  sessions: 'Sessions',
  back: 'Back to the session',
  trashed: 'Trash',
  noSessions: 'No sessions yet.',
  noHits: 'Nothing found.',
  moveToTrash: 'Move to trash',
  restore: 'Restore',
  movedToTrash: '“{0}” is in the trash.',
  undo: 'Undo',
  close: 'Close',
  title: 'Session title',
  model: 'Model: {0}. Choose another',
  grounding: 'Grounding',
  groundingOff: 'Off',
  groundingOpen: 'Open files',
  groundingWorkspace: 'Workspace',
  addContext: 'Add context',
  removeContext: 'Leave out {0}',
  budget: '{0} of {1} tokens. Show what was sent',
  chipTip: '{0} tokens. {1}',
  tokensIn: '{0} in',
  cached: '{0}% cached',
  tokensOut: '{0} out',
  priceUnknown: 'price unknown',
  omitted: '{0}: {1}',
  find: 'Find in session',
  findCount: '{0} of {1}',
  findNone: 'No results',
  next: 'Next',
  previous: 'Previous',
  sentBy: '{0} ({1})',
  transcript: 'Conversation',
  userTurn: 'Your input, turn {0}',
  answerTurn: 'Answer, turn {0}',
  notFoundCitation: 'That text is no longer there.',
  image: 'Image: {0}',
  linkTip: 'Opens after you confirm: {0}',
  toolCall: 'Used {0}',
  dismiss: 'Dismiss',
  loading: 'Loading',
} as const;

export type Words = keyof typeof english;

function translations(): Partial<Record<Words, string>> {
  if (typeof document === 'undefined') return {};
  const text = document.getElementById('l10n')?.textContent;
  if (!text) return {};
  const parsed = z.record(z.string(), z.string()).safeParse(JSON.parse(text));
  return parsed.success ? (parsed.data as Partial<Record<Words, string>>) : {};
}

const translated = translations();

/** The words for a key; `{0}` and `{1}` are replaced by the arguments. */
export function t(key: Words, ...args: (string | number)[]): string {
  const words = translated[key] ?? english[key];
  return words.replace(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)] ?? ''));
}
