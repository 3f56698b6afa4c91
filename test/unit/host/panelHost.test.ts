import assert from 'node:assert/strict';
import { type PanelHandlers, PanelHost } from '../../../src/host/panel/panelHost.ts';
import type { HostToPanel, PanelMethod } from '../../../src/protocol/panel.ts';
import { startCore, type TestCore } from '../../support/core.ts';

/** A page that keeps what it is sent. */
class Page {
  readonly got: HostToPanel[] = [];
  #waiting: (() => void)[] = [];

  async postMessage(message: HostToPanel): Promise<boolean> {
    this.got.push(message);
    for (const wake of this.#waiting.splice(0)) wake();
    return true;
  }

  /** The first message that fits, as soon as it is there. */
  async message(fits: (message: HostToPanel) => boolean): Promise<HostToPanel> {
    for (;;) {
      const found = this.got.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  answered = (id: number) => this.message((one) => 'id' in one && one.id === id);
}

describe('The host of the panel', () => {
  let core: TestCore;
  let page: Page;
  let host: PanelHost;
  let first: string;
  let second: string;
  let id: number;
  /** What the next calls for the core wait for. */
  let delays: Promise<void>[];

  beforeEach(async () => {
    core = await startCore();
    const { engine, store } = core;
    first = (await store.create({ door: 'panel', title: 'First' })).id;
    second = (await store.create({ door: 'panel', title: 'Second' })).id;
    page = new Page();
    id = 0;
    delays = [];
    host = new PanelHost({
      webview: page,
      core: {
        async get() {
          await delays.shift();
          return { assistant: engine };
        },
        onEvent: engine.onEvent,
      },
      log: {
        info() {},
        warn: (line) => void core.logged.push(line),
        error: (line) => void core.logged.push(line),
      },
      handlers,
    });
  });
  afterEach(async () => {
    host.dispose();
    await core.close();
  });

  const handlers = (of: PanelHost): PanelHandlers => {
    const open: PanelHandlers['views']['openSession'] = async ({ sessionId }, reply) => {
      await of.open(sessionId, reply);
    };
    const unused = async () => assert.fail('Nobody asks for this here.');
    return {
      views: {
        ready: async (_, reply) => {
          await of.open(first, (view) =>
            reply({
              view,
              status: {
                workspaceName: '',
                trusted: true,
                key: 'missing',
                offline: true,
                model: { id: 'offline/quotes', name: 'Quotes', window: 1 },
                grounding: 'off',
                notices: [],
                suggestions: [],
              },
            }),
          );
        },
        openSession: open,
        newSession: async (_, reply) => {
          await of.open(async () => {
            await delays.shift();
            return second;
          }, reply);
        },
        fork: unused,
      },
      answers: {
        listSessions: unused,
        branches: unused,
        listPrompts: unused,
        mentionables: unused,
        mention: unused,
        attachUris: unused,
        attachBytes: unused,
        loadEarlier: unused,
        find: unused,
        send: unused,
        retry: unused,
        stop: async () => undefined,
        withdraw: unused,
        rename: async ({ sessionId, title }, assistant) => {
          await assistant.renameSession(sessionId, title, 'panel');
          return undefined;
        },
        trash: unused,
        restore: unused,
        setDraft: unused,
        setGrounding: unused,
        pickModel: unused,
        preview: unused,
        pickContext: unused,
        addOpenFile: unused,
        copy: unused,
        insertAtCursor: unused,
        applyEdit: unused,
        openCitation: unused,
        openLink: unused,
        openReport: unused,
        runAction: unused,
        context: unused,
        contextText: unused,
        openRequest: unused,
        memory: unused,
        frameWords: unused,
        memoryChange: unused,
        pickProfile: unused,
      },
    };
  };
  const ask = (method: PanelMethod | (string & {}), params: unknown = {}): number => {
    host.receive({ type: 'request', id: ++id, method, params });
    return id;
  };
  const ready = () => page.answered(ask('ready'));

  it('sends nothing before the page asks, and is ready once it has shown a session', async () => {
    host.push({ type: 'contextChanged' });
    assert.deepEqual(page.got, []);
    const answer = await ready();
    await host.ready;
    assert.equal(answer.type, 'resolved');
    assert.equal(host.shown, first);
  });

  it('tells what happens in the session that is shown, and of others only that they changed', async () => {
    await ready();
    await core.engine.renameSession(second, 'Second, renamed', 'cli');
    await core.engine.renameSession(first, 'First, renamed', 'cli');
    const told = await page.message((one) => one.type === 'event');
    assert.ok(told.type === 'event' && told.event.sessionId === first);
    assert.ok(page.got.every((one) => one.type !== 'event' || one.event.sessionId === first));
  });

  it('tells that what is remembered changed in the session that is shown, by whichever door', async () => {
    await ready();
    await core.engine.memory.addDirective(second, 'Always be brief.', 'cli');
    await core.engine.memory.addDirective(first, 'Always be brief.', 'bridge');
    const told = await page.message((one) => one.type === 'memoryChanged');
    assert.deepEqual(told, { type: 'memoryChanged', sessionId: first });
    assert.equal(page.got.filter(({ type }) => type === 'memoryChanged').length, 1);
  });

  it('sends nothing to a page that is hidden, and is ready again when it is drawn anew', async () => {
    await ready();
    host.hidden();
    const before = page.got.length;
    let again = false;
    const waited = host.ready.then(() => {
      again = true;
    });
    host.push({ type: 'contextChanged' });
    await core.engine.renameSession(first, 'While it was hidden', 'cli');
    assert.equal(page.got.length, before);
    assert.equal(again, false);
    await ready();
    await waited;
  });

  it('keeps those waiting who waited for a page that was hidden before it was ready', async () => {
    const waited = host.ready;
    host.hidden();
    await ready();
    await waited;
  });

  it('lets nobody wait for a page that is gone', async () => {
    const waited = host.ready;
    host.hidden();
    host.dispose();
    await waited;
  });

  it('shows the session that was asked for last, however fast one switches', async () => {
    await ready();
    let goOn = () => {};
    delays.push(
      new Promise((resolve) => {
        goOn = resolve;
      }),
    );
    const asked = [first, second].map((sessionId) => ask('openSession', { sessionId }));
    // The second one has all the time it could need to come before the first.
    for (let times = 0; times < 50; times++) await core.store.path(second);
    goOn();
    for (const one of asked) assert.equal((await page.answered(one)).type, 'resolved');
    assert.equal(host.shown, second);
    await core.engine.renameSession(second, 'Heard', 'cli');
    await page.message((one) => one.type === 'event' && one.event.sessionId === second);
  });

  it('shows the session that was asked for last while the one before it is still looked for', async () => {
    await ready();
    let goOn = () => {};
    // The core is had at once; what is waited for is which session it is.
    delays.push(
      new Promise((resolve) => {
        goOn = resolve;
      }),
    );
    const asked = [ask('newSession'), ask('openSession', { sessionId: first })];
    for (let times = 0; times < 50; times++) await core.store.path(first);
    goOn();
    for (const one of asked) assert.equal((await page.answered(one)).type, 'resolved');
    assert.equal(host.shown, first);
  });

  it('goes on with the session that is shown when another cannot be', async () => {
    await ready();
    const answer = await page.answered(ask('openSession', { sessionId: crypto.randomUUID() }));
    assert.ok(answer.type === 'rejected' && answer.error.code === 'not_found');
    assert.equal(host.shown, first);
    assert.equal((await page.answered(ask('openSession', { sessionId: second }))).type, 'resolved');
  });

  const refused: { title: string; method: string; params: unknown; words: RegExp }[] = [
    {
      title: 'a method that there is not',
      method: 'evil',
      params: {},
      words: /^method: got evil; expected ready/,
    },
    {
      title: 'a name that every object has',
      method: 'constructor',
      params: {},
      words: /^method: got constructor/,
    },
    { title: 'parameters that do not fit', method: 'rename', params: { title: '' }, words: /^sessionId: / },
    { title: 'no parameters', method: 'stop', params: null, words: /^params: / },
  ];
  for (const { title, method, params, words } of refused) {
    it(`refuses ${title}, and says what would be right`, async () => {
      await ready();
      const answer = await page.answered(ask(method, params));
      assert.ok(answer.type === 'rejected');
      assert.equal(answer.error.code, 'invalid_input');
      assert.match(answer.error.message, words);
    });
  }

  for (const raw of [
    undefined,
    null,
    'ready',
    { type: 'request' },
    { type: 'other', id: 1, method: 'ready' },
  ]) {
    it(`says in the log that ${JSON.stringify(raw)} is no request, and goes on`, async () => {
      await ready();
      const before = page.got.length;
      host.receive(raw);
      assert.equal(page.got.length, before);
      assert.equal(core.logged.length, 1);
      assert.equal((await page.answered(ask('stop', { sessionId: first }))).type, 'resolved');
    });
  }
});
