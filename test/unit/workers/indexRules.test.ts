import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { indexedTree } from '../../support/indexedTree.ts';

describe('The index when rules change', () => {
  const { at, write, events, begin, place, paths } = indexedTree();

  it('leaves out what is ignored from now on also when other changes are told meanwhile', async () => {
    const many = Array.from({ length: 20 }, (_, number) => `f${number}.txt`);
    await write({
      ...Object.fromEntries(many.map((name) => [name, 'a zebra'])),
      'private/a.txt': 'a quokka',
    });
    const search = begin();
    const told = { watch: 'told' } as const;
    assert.deepEqual(await paths(search, 'quokka', told), ['private/a.txt']);
    await write({ '.gitignore': 'private/\n' });
    const first = search.changed(['.gitignore', ...many].map(at));
    await setImmediate();
    await Promise.all([first, search.changed([at('f3.txt')])]);
    assert.deepEqual(await paths(search, 'quokka', told), []);
    await search.close();
  });

  it('quotes nothing that is ignored by now while it is paused', async () => {
    await write({ 'a.txt': 'a zebra', 'b.txt': 'two zebras' });
    const search = begin({ patienceMs: 10 });
    const told = { watch: 'told' } as const;
    assert.deepEqual(await paths(search, 'zebra', told), ['a.txt', 'b.txt']);
    await search.pause();
    await write({ '.gitignore': 'b.txt\n' });
    const changed = search.changed([at('.gitignore')]);
    assert.deepEqual(await paths(search, 'zebra', told), ['a.txt']);
    await search.resume();
    await changed;
    assert.deepEqual(await paths(search, 'zebra', told), ['a.txt']);
    await search.close();
  });

  for (const rules of ['.gitignore', '.causewayignore', '.git/info/exclude'])
    it(`leaves out what ${rules} of a folder above ignores from now on, of which nobody is told`, async () => {
      await write({ '.git/info/exclude': '', 'sub/a.txt': 'a zebra', 'sub/b.txt': 'two zebras' });
      const sub = { folders: [at('sub')], watch: 'told' } as const;
      const search = begin();
      assert.deepEqual(await paths(search, 'zebra', sub), ['a.txt', 'b.txt']);
      await write({ [rules]: 'b.txt\n' });
      assert.deepEqual(await paths(search, 'zebra', sub), ['a.txt']);
      await rm(at(rules));
      assert.deepEqual(await paths(search, 'zebra', sub), ['a.txt', 'b.txt']);
      await search.close();
    });

  it('leaves out what the repository itself excludes from now on', async () => {
    await write({ '.git/info/exclude': '', 'a.txt': 'a zebra' });
    const search = begin();
    assert.deepEqual(await paths(search, 'zebra', { watch: 'told' }), ['a.txt']);
    await write({ '.git/info/exclude': 'a.txt\n' });
    assert.deepEqual(await paths(search, 'zebra', { watch: 'told' }), []);
    await search.close();
  });

  it('does not look at every file for folders that are made where all is ignored', async () => {
    await write({ 'a.txt': 'a zebra', '.gitignore': 'target/\n' });
    const search = begin();
    await search.follow(place({ watch: 'told' }));
    await search.pause();
    await mkdir(at('target/deep'), { recursive: true });
    // A look at every file would wait until it is resumed.
    await search.changed([at('target'), at('target/deep')]);
    await search.close();
  });

  it('looks at every file once more for all that changes meanwhile', async () => {
    await write({ 'a.txt': 'a zebra', '.gitignore': 'b.txt\n' });
    const search = begin();
    await search.follow(place({ watch: 'told' }));
    await search.pause();
    const changes = Array.from({ length: 20 }, () => search.changed([at('.gitignore')]));
    events.splice(0);
    await search.resume();
    await Promise.all(changes);
    // Each change tells how the index is, and so does the end of each pass: the one that was under way, and another.
    assert.ok(events.length <= 1 + changes.length + 2, String(events.length));
    await search.close();
  });
});
