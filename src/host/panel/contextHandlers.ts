/** What the page may ask about what is sent, answered. */
import * as vscode from 'vscode';
import { attachmentText } from '../../core/context/conversation.ts';
import { mentionId } from '../../core/context/mentions.ts';
import { estimateTokens, imageTokens, pdfTokens } from '../../core/context/tokens.ts';
import { notFound } from '../../core/errors.ts';
import { staysOutWords } from '../../core/grounding/staysOut.ts';
import type { Attachment } from '../../protocol/entries.ts';
import { type ContextReport, reportTokens } from '../../protocol/report.ts';
import type { App } from '../app.ts';
import { attachFile } from './attachments.ts';
import { attachBytes, attachUri } from './dropped.ts';
import { Inspections } from './inspections.ts';
import { isMedia, type MediaShelf } from './mediaShelf.ts';
import { mentionables } from './mentionables.ts';
import { attachMention } from './mentions.ts';
import type { PanelHandlers } from './panelHost.ts';

type Answers = Pick<
  PanelHandlers['answers'],
  | 'preview'
  | 'addOpenFile'
  | 'mentionables'
  | 'attachUris'
  | 'attachBytes'
  | 'mention'
  | 'context'
  | 'contextText'
  | 'openRequest'
  | 'openReport'
>;

/** One after the other, since the user may be asked about each. */
async function each<T>(all: readonly T[], attach: (one: T) => Promise<Attachment | undefined>) {
  const attached: Attachment[] = [];
  for (const one of all) {
    const attachment = await attach(one);
    if (attachment) attached.push(attachment);
  }
  return attached;
}

const mediaTokens = (media: Awaited<ReturnType<MediaShelf['of']>>): number => {
  if (media.source.type === 'text') return estimateTokens(media.source.data);
  return media.type === 'image' ? imageTokens(media.source.data) : pdfTokens(media.source.data);
};

/** What of it goes, and why it does or does not. */
function mentioned(report: Pick<ContextReport, 'segments' | 'omitted'>, attachment: Attachment) {
  const own = report.segments.filter(({ partId }) => partId?.startsWith(mentionId(attachment)));
  const left = report.omitted.find(({ label }) => label.endsWith(attachment.path));
  return {
    tokens: own.reduce((sum, { tokens }) => sum + tokens, 0),
    reason: own[0]?.reason ?? left?.reason ?? vscode.l10n.t('It is not sent.'),
  };
}

export function contextHandlers(app: App): Answers {
  const { groundings, reports, editors, out } = app;
  const inspections = new Inspections({
    chosen: (assistant, sessionId) => groundings.chosen(assistant, sessionId),
    taken: (attachments, place) => app.media.taken(attachments, place),
  });
  return {
    preview: async ({ sessionId, ...input }, assistant) => {
      const { report, secrets } = await inspections.glance(assistant, {
        sessionId,
        of: { kind: 'next', input },
      });
      const automatic = report.segments.flatMap(({ kind, partId, label, tokens, reason }) =>
        kind === 'grounding' && partId !== undefined && !partId.startsWith('mention:')
          ? [{ id: partId, label, source: 'auto' as const, tokens, reason }]
          : [],
      );
      const attached = await Promise.all(
        input.attachments.map(async (attachment, index) => ({
          id: `attached:${index}`,
          label: attachment.path,
          source: 'attached' as const,
          ...(attachment.mention
            ? mentioned(report, attachment)
            : {
                tokens: isMedia(attachment)
                  ? mediaTokens(await app.media.of(attachment, { sessionId, sessions: assistant.sessions }))
                  : estimateTokens(attachmentText(attachment)),
                reason: vscode.l10n.t('You attached it.'),
              }),
        })),
      );
      const isAttached = (uri: string) =>
        input.attachments.some((one) => one.kind === 'file' && one.uri === uri);
      const grounding = await groundings.of(assistant, sessionId);
      const open = grounding === 'off' ? [] : await editors.files();
      const outside = open.flatMap(({ uri, path, staysOut }) =>
        staysOut && !isAttached(uri)
          ? [{ id: uri, label: path, source: 'out' as const, tokens: 0, reason: staysOutWords(staysOut) }]
          : [],
      );
      return {
        chips: [...automatic, ...attached, ...outside],
        tokens: reportTokens(report),
        window: report.window,
        masked: secrets.filter((one) => one.masked).length,
        secrets: secrets.filter((one) => !one.masked).length,
      };
    },
    addOpenFile: async ({ uri }) => {
      const open = (await editors.files()).find((one) => one.uri === uri);
      if (!open) throw notFound('open file', uri);
      const attachment = await attachFile(vscode.Uri.parse(uri), out);
      return { attachments: attachment ? [attachment] : [] };
    },
    mentionables: async ({ sessionId, typed }, { sessions }) => ({
      choices: await mentionables(app, { sessions, sessionId, typed }),
    }),
    attachUris: async ({ uris }) => ({ attachments: await each(uris, (uri) => attachUri(app, uri)) }),
    attachBytes: async ({ sessionId, name, data }, { sessions }) => ({
      attachments: await each([data], (one) => attachBytes(app, name, one, { sessionId, sessions })),
    }),
    mention: async ({ choice }) => {
      const attachment = await attachMention(app, choice);
      return { attachments: attachment ? [attachment] : [] };
    },
    context: (looked, assistant) => inspections.view(assistant, looked),
    contextText: async ({ segment, ...looked }, assistant) => ({
      text: await inspections.text(assistant, looked, segment),
    }),
    openRequest: async (looked, assistant) => {
      await reports.openRequest(await inspections.request(assistant, looked));
      return undefined;
    },
    openReport: async ({ sessionId, turnId }, { sessions }) => {
      await reports.open(sessions, sessionId, turnId);
      return undefined;
    },
  };
}
