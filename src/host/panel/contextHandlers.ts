/** What the page may ask about what is sent, answered. */
import * as vscode from 'vscode';
import { attachmentText } from '../../core/context/conversation.ts';
import { estimateTokens } from '../../core/context/tokens.ts';
import { reportTokens } from '../../protocol/report.ts';
import type { App } from '../app.ts';
import { Inspections } from './inspections.ts';
import type { PanelHandlers } from './panelHost.ts';

type Answers = Pick<
  PanelHandlers['answers'],
  'preview' | 'context' | 'contextText' | 'openRequest' | 'openReport'
>;

export function contextHandlers({ settings, reports }: App): Answers {
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
      return {
        chips: [...automatic, ...attached],
        tokens: reportTokens(report),
        window: report.window,
        secrets: secrets.length,
      };
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
