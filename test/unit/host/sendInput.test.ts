import assert from 'node:assert/strict';
import { sendInput } from '../../../src/host/panel/sendInput.ts';
import type { Attachment } from '../../../src/protocol/entries.ts';
import type { PanelParams } from '../../../src/protocol/panel.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

const file = (path: string): Attachment => ({ kind: 'file', uri: `file:///w/${path}`, path, text: path });
const picture = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
} as const;
const mark = { grounding: 'open_files', door: 'panel' } as const;

describe('an input of the panel', function () {
  this.timeout(10_000);
  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore();
    ({ id: sessionId } = await core.store.create({ door: 'panel' }));
  });
  afterEach(() => core.close());

  const send = async (input: Partial<PanelParams<'send'>>): Promise<string> => {
    core.fake.enqueue(answer('Noted.'));
    const ended = core.event('turn.ended');
    const params = { sessionId, text: '', attachments: [], excluded: [], ...input };
    const { turnId } = await sendInput(core.engine, params, mark);
    await ended;
    return turnId;
  };
  const inputOf = async (turnId: string) => {
    const entry = (await core.store.log(sessionId)).find(
      (one) => one.kind === 'user' && one.turnId === turnId,
    );
    assert.ok(entry?.kind === 'user');
    return entry;
  };

  it('is no draft any more once it is in the log; the edits of other inputs stay', async () => {
    const edits = [{ entryId: crypto.randomUUID(), text: 'asked better' }];
    const excluded = [{ id: 'file:file:///w/b.ts', label: 'b.ts' }];
    await core.store.setDraft(sessionId, { text: 'Why?', attachments: [file('a.ts')], excluded, edits });
    await send({ text: 'Why?', attachments: [file('a.ts')] });
    assert.deepEqual(await core.store.draft(sessionId), {
      text: '',
      attachments: [],
      excluded: [],
      pinned: [],
      replaced: [],
      edits,
    });
  });

  it('has what was decided about its turn', async () => {
    const first = await inputOf(await send({ text: 'Why?' }));
    const replaced = [{ partId: 'file:file:///w/a.ts', text: 'Written anew.' }];
    const entry = await inputOf(
      await send({ text: 'And?', excluded: ['file:file:///w/b.ts'], pinned: [first.id], replaced }),
    );
    assert.deepEqual(
      [entry.excluded, entry.pinned, entry.replaced],
      [['file:file:///w/b.ts'], [first.id], replaced],
    );
  });

  it('leaves alone what was typed or attached since it was sent', async () => {
    for (const draft of [
      { text: 'And then?', attachments: [] },
      { text: 'Why?', attachments: [file('a.ts'), file('b.ts')] },
    ]) {
      await core.store.setDraft(sessionId, draft);
      await send({ text: 'Why?', attachments: [file('a.ts')] });
      assert.deepEqual(await core.store.draft(sessionId), draft);
    }
  });

  it('that was edited has the pictures of the one before, and is not taken for the draft', async () => {
    core.fake.enqueue(answer('A dot.'));
    const ended = core.event('turn.ended');
    const { turnId } = await core.engine.startTurn(sessionId, {
      text: 'Look',
      media: [picture],
      door: 'panel',
    });
    await ended;
    const { id, parentId } = await inputOf(turnId);
    const draft = { text: 'Look again', attachments: [] };
    await core.store.setDraft(sessionId, draft);
    const edited = await inputOf(await send({ text: 'Look again', parentId, from: id }));
    assert.deepEqual(edited.content, [picture, { type: 'text', text: 'Look again' }]);
    assert.deepEqual(await core.store.draft(sessionId), draft);
    const wordless = await inputOf(await send({ text: '', parentId, from: id }));
    assert.deepEqual(wordless.content, [picture]);
  });

  it('from an entry that is not there is refused, and the draft stays', async () => {
    const draft = { text: 'Why?', attachments: [] };
    await core.store.setDraft(sessionId, draft);
    await assert.rejects(send({ text: 'Why?', from: crypto.randomUUID() }), { code: 'not_found' });
    assert.deepEqual(await core.store.draft(sessionId), draft);
  });

  it('does not send the context that was left out with it', async () => {
    core.workspace.openFiles = ['a.ts', 'b.ts'].map((path) => ({
      uri: `file:///w/${path}`,
      path,
      text: `in ${path}`,
      languageId: 'typescript',
      active: false,
    }));
    const turnId = await send({ text: 'Why?', excluded: ['file:file:///w/b.ts'] });
    const reply = (await core.store.log(sessionId)).find(
      (one) => one.kind === 'assistant' && one.turnId === turnId,
    );
    assert.ok(reply?.kind === 'assistant');
    assert.deepEqual(
      reply.report?.omitted.map(({ label }) => label),
      ['b.ts'],
    );
  });
});
