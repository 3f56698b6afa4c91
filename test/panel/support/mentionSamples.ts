/** What a host offers to be mentioned, and what it makes of it. */
import type { Attachment } from '../../../src/protocol/entries.ts';
import type { MentionChoice } from '../../../src/protocol/panelContext.ts';

const root = 'file:///w';

export const mentionChoices: MentionChoice[] = [
  { kind: 'selection', uri: `${root}/src/upload.ts`, label: 'selection', detail: 'src/upload.ts' },
  { kind: 'problems', uri: root, label: 'problems', detail: 'Problems of 2 files' },
  { kind: 'diff', uri: root, label: 'diff', detail: 'Changes that are not committed' },
  { kind: 'terminal', uri: root, label: 'terminal', detail: 'npm test' },
  { kind: 'file', uri: `${root}/src/upload.ts`, label: 'upload.ts', detail: 'src' },
  {
    kind: 'file',
    uri: `${root}/test/uploadOfVeryLargeFiles.integration.test.ts`,
    label: 'uploadOfVeryLargeFiles.integration.test.ts',
    detail: 'test',
  },
  {
    kind: 'file',
    uri: `${root}/.env`,
    label: '.env',
    detail: '',
    out: 'Files of this name are made to hold secrets.',
  },
  { kind: 'folder', uri: `${root}/src/retry`, label: 'retry', detail: 'src' },
  {
    kind: 'symbol',
    uri: `${root}/src/upload.ts`,
    label: 'uploadChunk',
    detail: 'function · src/upload.ts:40',
    startLine: 40,
  },
  { kind: 'session', uri: 'causeway-session:s', label: 'Fix the upload', detail: 'Session' },
];

export const choicesFor = (typed: string): MentionChoice[] =>
  mentionChoices.filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));

export const mentionedAs = ({ kind, uri, label, startLine }: MentionChoice): Attachment => ({
  kind,
  uri,
  path: label,
  text: '',
  mention: true,
  ...(startLine === undefined ? {} : { startLine, endLine: startLine + 20 }),
});
