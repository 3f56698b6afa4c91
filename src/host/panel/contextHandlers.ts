/** What the page may ask about what is sent, answered. */
import * as vscode from 'vscode';
import { attachmentText } from '../../core/context/conversation.ts';
import { estimateTokens } from '../../core/context/tokens.ts';
import { notFound } from '../../core/errors.ts';
import { staysOutWords } from '../../core/grounding/staysOut.ts';
import { reportTokens } from '../../protocol/report.ts';
import type { App } from '../app.ts';
import { attachFile } from './attachments.ts';
import { Inspections } from './inspections.ts';
import type { PanelHandlers } from './panelHost.ts';

type Answers = Pick<
  PanelHandlers['answers'],
  'preview' | 'addOpenFile' | 'context' | 'contextText' | 'openRequest' | 'openReport'
>;

export function contextHandlers({ settings, reports, editors, out }: App): Answers {
  const inspections = new Inspections({ grounding: () => settings.grounding });
  return {
    preview: async ({ sessionId, ...input }, assistant) => {
      const { report, secrets } = await inspections.glance(assistant, {
        sessionId,
        of: { kind: 'next', input },
      });
      const automatic = report.segments.flatMap(({ kind, partId, label, tokens, reason }) =>
        kind === 'grounding' && partId !== undefined
          ? [{ id: partId, label, source: 'auto' as const, tokens, reason }]
          : [],
      );
      const attached = input.attachments.map((attachment, index) => ({
        id: `attached:${index}`,
        label: attachment.path,
        source: 'attached' as const,
        tokens: estimateTokens(attachmentText(attachment)),
        reason: vscode.l10n.t('You attached it.'),
      }));
      const isAttached = (uri: string) =>
        input.attachments.some((one) => one.kind === 'file' && one.uri === uri);
      const open = settings.grounding === 'off' ? [] : await editors.files();
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
