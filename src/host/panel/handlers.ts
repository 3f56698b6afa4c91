/** What the page may ask, answered. */
import * as vscode from 'vscode';
import type { App } from '../app.ts';
import { applyCode } from '../edits/applyCode.ts';
import { pickContext } from './attachments.ts';
import { openCitation } from './citations.ts';
import { contextHandlers } from './contextHandlers.ts';
import { memoryHandlers } from './memoryHandlers.ts';
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
    openSession: async ({ sessionId, entryId }, reply) => {
      const onBranch = async () => {
        if (entryId !== undefined) await (await core.get()).assistant.toBranch(sessionId, entryId, door);
        return sessionId;
      };
      await app.sessionShown(await host.open(onBranch, reply));
    },
    newSession: async (params, reply) => {
      const fresh = () => app.freshSession(params.private ?? false);
      await app.sessionShown(await host.open(fresh, reply));
    },
    fork: async ({ sessionId, entryId }, reply) => {
      const forked = async () => {
        const { assistant } = await core.get();
        return (await assistant.sessions.fork(sessionId, entryId, { door })).id;
      };
      await app.sessionShown(await host.open(forked, reply));
    },
  };
  const answers: PanelHandlers['answers'] = {
    listSessions: (params, { sessions }) => listSessions(sessions, params, host.shown),
    branches: async ({ sessionId }, assistant) => ({ forks: await assistant.branches(sessionId) }),
    loadEarlier: ({ sessionId, beforeId, limit }, { sessions }) =>
      pageBefore(sessions, sessionId, beforeId, limit),
    find: async ({ sessionId, query }, { sessions }) => ({
      entryIds: await findIn(sessions, sessionId, query),
    }),
    send: async (params, assistant) => {
      const chosen = await app.groundings.chosen(assistant, params.sessionId);
      await settings.written();
      const place = { sessionId: params.sessionId, sessions: assistant.sessions };
      const taken = await app.media.taken(params.attachments, place);
      return sendInput(assistant, params, { ...chosen, door }, taken);
    },
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
    setDraft: async ({ sessionId, ...draft }, assistant) => {
      await assistant.setDraft(sessionId, draft);
      return undefined;
    },
    listPrompts: async (_, { prompts }) => {
      const newest = new Map((await prompts.list()).reverse().map((one) => [one.name, one]));
      return {
        prompts: [...newest.values()].reverse().map(({ name, description }) => ({ name, description })),
      };
    },
    setGrounding: async ({ sessionId, grounding }, assistant) => {
      await app.groundings.choose(assistant, sessionId, grounding);
      return undefined;
    },
    pickModel: async () => {
      await app.run('causeway.chooseModel');
      return undefined;
    },
    pickContext: async () => ({ attachments: await pickContext(app.editors, app.out, app.media) }),
    copy: async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
      return undefined;
    },
    insertAtCursor: async ({ text }) => {
      await app.insertAtCursor(await app.restoredIn(host.shown)(text));
      return undefined;
    },
    applyEdit: async ({ code, path }) => {
      await applyCode(edits, { code, path, restored: app.restoredIn(host.shown) });
      return undefined;
    },
    openCitation: async ({ citation }) => ({
      found: await openCitation(citation, app.restoredIn(host.shown)),
    }),
    openLink: async ({ url }) => {
      await app.openLink(url);
      return undefined;
    },
    runAction: async ({ action }) => {
      await app.act(action);
      return undefined;
    },
    ...contextHandlers(app),
    ...memoryHandlers(app, host),
  };
  return { views, answers };
}
