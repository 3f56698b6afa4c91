/** What the page may ask, answered. */
import * as vscode from 'vscode';
import type { Assistant } from '../../core/assistant.ts';
import { attachmentText } from '../../core/context/conversation.ts';
import { estimateTokens } from '../../core/context/tokens.ts';
import type { ContextPreview, PanelParams } from '../../protocol/panel.ts';
import { reportTokens } from '../../protocol/report.ts';
import type { App } from '../app.ts';
import { applyCode } from '../edits/applyCode.ts';
import { pickContext } from './attachments.ts';
import { openCitation } from './citations.ts';
import type { PanelHandlers, PanelHost } from './panelHost.ts';
import { sendInput } from './sendInput.ts';
import { findIn, listSessions, pageBefore } from './sessionViews.ts';

/** The mark on what a user does here. */
const door = 'panel';

export function panelHandlers(app: App, host: PanelHost): PanelHandlers {
  const { core, edits, settings } = app;

  const views: PanelHandlers['views'] = {
    ready: async (_, reply) => {
      const { assistant } = await core.get();
      const sessionId = await app.sessionToShow();
      const status = await app.status(assistant, sessionId);
      await host.open(sessionId, (view) => reply({ status, view }));
    },
    openSession: async ({ sessionId }, reply) => {
      await host.open(sessionId, reply);
      await app.sessionShown(sessionId);
    },
    newSession: async (params, reply) => {
      const sessionId = await app.freshSession(params.private ?? false);
      await host.open(sessionId, reply);
      await app.sessionShown(sessionId);
    },
    fork: async ({ sessionId, entryId }, reply) => {
      const { assistant } = await core.get();
      const fork = await assistant.sessions.fork(sessionId, entryId, { door });
      await host.open(fork.id, reply);
      await app.sessionShown(fork.id);
    },
  };
  const answers: PanelHandlers['answers'] = {
    listSessions: ({ query, trashed = false }, { sessions }) =>
      listSessions(sessions, { query, trashed, shown: host.shown }),
    loadEarlier: ({ sessionId, beforeId, limit }, { sessions }) =>
      pageBefore(sessions, sessionId, beforeId, limit),
    find: async ({ sessionId, query }, { sessions }) => ({
      entryIds: await findIn(sessions, sessionId, query),
    }),
    send: (params, assistant) => sendInput(assistant, params, { grounding: settings.grounding, door }),
    retry: async ({ sessionId, turnId }, assistant) => ({
      turnId: (await assistant.retryTurn(sessionId, turnId, door)).turnId,
    }),
    stop: async ({ sessionId }, assistant) => {
      await assistant.stopTurn(sessionId);
      return undefined;
    },
    withdraw: async ({ sessionId, turnId }, assistant) => ({
      withdrawn: await assistant.withdrawTurn(sessionId, turnId),
    }),
    rename: async ({ sessionId, title }, assistant) => {
      await assistant.renameSession(sessionId, title, door);
      return undefined;
    },
    trash: async ({ sessionId }, { sessions }) => {
      await sessions.trash(sessionId);
      if (sessionId !== host.shown) return undefined;
      const next = await app.sessionToShow();
      await host.show(next);
      await app.sessionShown(next);
      return undefined;
    },
    restore: async ({ sessionId }, { sessions }) => {
      await sessions.restore(sessionId);
      return undefined;
    },
    setDraft: async ({ sessionId, ...draft }, { sessions }) => {
      await sessions.setDraft(sessionId, draft);
      return undefined;
    },
    setGrounding: async ({ grounding }) => {
      await settings.set('grounding', grounding);
      return undefined;
    },
    pickModel: async () => {
      await app.run('causeway.chooseModel');
      return undefined;
    },
    preview: preview,
    pickContext: async () => ({ attachments: await pickContext(app.editors) }),
    copy: async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
      return undefined;
    },
    insertAtCursor: async ({ text }) => {
      await app.insertAtCursor(text);
      return undefined;
    },
    applyEdit: async ({ code, path }) => {
      await applyCode(edits, { code, path });
      return undefined;
    },
    openCitation: async ({ citation }) => ({ found: await openCitation(citation) }),
    openLink: async ({ url }) => {
      await app.openLink(url);
      return undefined;
    },
    openReport: async ({ sessionId, turnId }, { sessions }) => {
      await app.reports.open(sessions, sessionId, turnId);
      return undefined;
    },
    runAction: async ({ action }) => {
      await app.act(action);
      return undefined;
    },
  };
  return { views, answers };

  async function preview(params: PanelParams<'preview'>, assistant: Assistant): Promise<ContextPreview> {
    const { sessionId, text, attachments } = params;
    const report = await assistant.preview(sessionId, {
      text,
      attachments,
      excluded: params.excluded,
      grounding: settings.grounding,
      door,
    });
    const automatic = report.segments.flatMap(({ kind, partId, label, tokens, reason }) =>
      kind === 'grounding' && partId !== undefined
        ? [{ id: partId, label, source: 'auto' as const, tokens, reason }]
        : [],
    );
    const attached = attachments.map((attachment, index) => ({
      id: `attached:${index}`,
      label: attachment.path,
      source: 'attached' as const,
      tokens: estimateTokens(attachmentText(attachment)),
      reason: vscode.l10n.t('You attached it.'),
    }));
    return { chips: [...automatic, ...attached], tokens: reportTokens(report), window: report.window };
  }
}
