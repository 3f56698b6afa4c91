import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import type { IndexState } from '../../../src/core/ports.ts';
import { WorkspaceSearch } from '../../../src/workers/workspaceSearch.ts';
import { indexedTree } from '../../support/indexedTree.ts';

describe('The index on disk', () => {
  const tree = indexedTree();
  const { at, write, events, begin, place, ask, paths, alive } = tree;
  const parts = () => readdirSync(tree.indexFolder).filter((name) => name.endsWith('.part'));
  const isOnDisk = (text: string) =>
    readdirSync(tree.indexFolder).some((name) =>
      readFileSync(path.join(tree.indexFolder, name), 'latin1').includes(text),
    );
  const problems = () => events.flatMap((event) => (event.type === 'problem' ? [event.message] : []));
  const rebuilt = 'The index was damaged or is of another version, and is made anew.';

  it('is used again at the next start, and nothing is written where nothing changed', async () => {
    await write({ 'a.txt': 'one zebra', 'deep/b.txt': 'two zebras', 'c.bin.txt': 'no\0text' });
    assert.deepEqual(await alive((search) => paths(search, 'zebra')), ['a.txt', 'deep/b.txt']);
    const before = parts();
    assert.equal(before.length, 1);
    assert.deepEqual(await alive((search) => paths(search, 'zebra')), ['a.txt', 'deep/b.txt']);
    assert.deepEqual(parts(), before);
    assert.deepEqual(problems(), []);
  });

  it('has files whatever they are called', async () => {
    const names = [
      'größe 文件.txt',
      'a b#c?.txt',
      '😀.txt',
      ...(path.sep === '/' ? ['back\\slash.txt'] : []),
    ];
    await write(Object.fromEntries(names.map((name, at) => [name, `zebra ${at}`])));
    for (let start = 0; start < 2; start++)
      await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), [...names].sort()));
  });

  it('has what was changed, added and deleted while nobody looked', async () => {
    await write({ 'a.txt': 'one zebra', 'b.txt': 'two zebras', 'c.txt': 'three zebras' });
    await alive((search) => paths(search, 'zebra'));
    await write({ 'a.txt': 'one tiger', 'd.txt': 'four zebras' }, 30);
    await rm(at('b.txt'));
    await alive(async (search) => {
      assert.deepEqual(await paths(search, 'zebra'), ['c.txt', 'd.txt']);
      assert.deepEqual(await paths(search, 'tiger'), ['a.txt']);
    });
    await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), ['c.txt', 'd.txt']));
  });

  it('quotes lines as they are in the file, also of one that was changed without a trace', async () => {
    // The word moves from the last chunk of the file to its first one.
    const numbered = (zebra: number) =>
      Array.from({ length: 90 }, (_, at) =>
        at === zebra ? 'the zebra' : `no matter${at % 2 ? '\n' : ''}`,
      ).join('\n');
    await write({ 'a.txt': numbered(80) });
    await alive((search) => paths(search, 'zebra'));
    const { atime, mtime, size } = await stat(at('a.txt'));
    const changed = numbered(10);
    assert.equal(changed.length, size);
    await writeFile(at('a.txt'), changed);
    await utimes(at('a.txt'), atime, mtime);
    await alive(async (search) => {
      const [passage, ...more] = await ask(search, 'zebra');
      assert.ok(passage);
      assert.equal(more.length, 0);
      const lines = changed.split('\n');
      assert.equal(passage.text, lines.slice(passage.startLine - 1, passage.endLine).join('\n'));
      assert.match(passage.text, /zebra/);
    });
  });

  it('reads a file again whose time may hide a second change', async () => {
    await write({ 'a.txt': 'one zebra' }, 0);
    await alive((search) => paths(search, 'zebra'));
    const { atime, mtime } = await stat(at('a.txt'));
    await writeFile(at('a.txt'), 'one tiger');
    await utimes(at('a.txt'), atime, mtime);
    await alive(async (search) => assert.deepEqual(await paths(search, 'tiger'), ['a.txt']));
  });

  it('is made anew when a byte of it was changed or its end is missing', async () => {
    await write({ 'a.txt': 'one zebra', 'b.txt': 'two zebras' });
    await alive((search) => paths(search, 'zebra'));
    for (const name of [...parts(), 'catalog']) {
      for (const damage of ['byte', 'end', 'gone'] as const) {
        const [present = name] = name.endsWith('.part') ? parts() : [name];
        const file = path.join(tree.indexFolder, present);
        const bytes = readFileSync(file);
        const middle = bytes.length >> 1;
        if (damage === 'byte')
          writeFileSync(
            file,
            bytes.map((byte, index) => (index === middle ? byte ^ 1 : byte)),
          );
        else if (damage === 'end') writeFileSync(file, bytes.subarray(0, middle));
        else await rm(file);
        events.splice(0);
        await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), ['a.txt', 'b.txt']));
        // Without a catalog there is nothing that could be damaged.
        assert.deepEqual(problems(), damage === 'gone' && name === 'catalog' ? [] : [rebuilt]);
      }
    }
  });

  it('is made anew when another version wrote it', async () => {
    await write({ 'a.txt': 'one zebra' });
    await alive((search) => paths(search, 'zebra'));
    const head = Buffer.from('{"version":0,"parts":[]}');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(head.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(Buffer.concat([length, head])));
    writeFileSync(path.join(tree.indexFolder, 'catalog'), Buffer.concat([length, head, sum]));
    await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), ['a.txt']));
    assert.deepEqual(problems(), [rebuilt]);
    assert.equal(parts().length, 1);
  });

  it('finds nothing in a file that is left out from now on', async () => {
    await write({ 'a.txt': 'a quokka', 'b.txt': 'a zebra' });
    await alive((search) => paths(search, 'quokka'));
    await write({ '.gitignore': 'a.txt\n' });
    await alive(async (search) => assert.deepEqual(await paths(search, 'quokka'), []));
  });

  for (const when of ['while it is open', 'between two starts'] as const)
    it(`holds nothing on disk of a file that is left out since ${when}`, async () => {
      const told = { watch: 'told' } as const;
      await write({ 'a.txt': 'a quokka', 'deep/b.txt': 'a wombat', 'c.txt': 'a zebra', 'd.txt': 'a tiger' });
      const leaveOut = () => write({ '.gitignore': 'a.txt\ndeep/\n' });
      await alive(async (search) => {
        await search.follow(place(told));
        assert.ok(isOnDisk('quokka') && isOnDisk('wombat'));
        if (when !== 'while it is open') return;
        await leaveOut();
        await search.changed([at('.gitignore')]);
      });
      if (when === 'between two starts') {
        await leaveOut();
        await alive((search) => search.follow(place(told)));
      }
      assert.deepEqual(['quokka', 'wombat', 'zebra', 'tiger'].filter(isOnDisk), ['zebra', 'tiger']);
      await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), ['c.txt']));
    });

  it('does not hold the text of an editor that was not saved', async () => {
    await write({ 'a.txt': 'a zebra' });
    const open = {
      uri: pathToFileURL(at('a.txt')).href,
      path: 'a.txt',
      languageId: 'plaintext',
      text: 'a zebra and a quokka',
      active: true,
    };
    await alive(async (search) => {
      const asked = { ...place(), question: 'quokka', limit: 1, openFiles: [open] };
      assert.equal((await search.search(asked)).passages.length, 1);
    });
    assert.ok(isOnDisk('zebra'));
    assert.ok(!isOnDisk('quokka'));
  });

  const lockOf = (pid: number) => `${hostname()}|${pid}||other`;
  it('is left to the process that writes it, while questions are answered from memory', async () => {
    await write({ 'a.txt': 'a zebra' });
    await writeFile(path.join(tree.indexFolder, 'lock'), lockOf(process.ppid));
    await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), ['a.txt']));
    assert.deepEqual(readdirSync(tree.indexFolder), ['lock']);
  });

  it('is taken from a process that was killed', async () => {
    await write({ 'a.txt': 'a zebra' });
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'close');
    await writeFile(path.join(tree.indexFolder, 'lock'), lockOf(child.pid ?? 0));
    await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), ['a.txt']));
    assert.equal(parts().length, 1);
  });

  it('is whole or nothing after the process that wrote it was killed', async () => {
    const files = Array.from({ length: 1500 }, (_, number) => [
      `f${number}.ts`,
      `// zebra ${number}\nrun();\n`,
    ]);
    await write(Object.fromEntries(files));
    const script = path.join(tree.indexFolder, '..', `${path.basename(tree.indexFolder)}.mjs`);
    const module = new URL('../../../src/workers/workspaceSearch.ts', import.meta.url);
    await writeFile(
      script,
      `const { WorkspaceSearch } = await import(${JSON.stringify(module.href)});
      const search = new WorkspaceSearch({}, async () => undefined, () => process.stdout.write('.'));
      await search.follow(${JSON.stringify(place())});
      process.stdout.write('!');
      await new Promise(() => setInterval(() => undefined, 1000));`,
    );
    for (const told of [1, 2, 4]) {
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
      let heard = '';
      child.stdout.on('data', (data) => {
        heard += String(data);
        if (heard.length >= told) child.kill('SIGKILL');
      });
      await once(child, 'close');
      events.splice(0);
      await alive(async (search) => {
        const { files: known } = await search.search({
          ...place(),
          question: 'zebra 7',
          limit: 3,
          openFiles: [],
        });
        assert.equal(known, 1500);
      });
      assert.deepEqual(problems(), []);
    }
    await rm(script);
    // Processes start and read the files several times, which takes seconds on a machine that does other things.
  }).timeout(60_000);

  it('goes on in memory when it cannot be written, and says so', async () => {
    await write({ 'a.txt': 'a zebra' });
    await writeFile(path.join(tree.indexFolder, 'file'), '');
    const search = begin();
    const inFile = path.join(tree.indexFolder, 'file');
    assert.deepEqual(await paths(search, 'zebra', { indexFolder: inFile }), ['a.txt']);
    await search.close();
    assert.deepEqual(problems(), ['The index cannot be kept on disk.']);
  });

  it('answers on when a write fails after others did not', async () => {
    await write({ 'a.txt': 'a zebra' });
    const search = begin();
    const told = { watch: 'told' } as const;
    assert.deepEqual(await paths(search, 'zebra', told), ['a.txt']);
    await rm(tree.indexFolder, { recursive: true });
    await write({ 'b.txt': 'two zebras', '.gitignore': 'c.txt\n' });
    await search.changed([at('b.txt'), at('.gitignore')]);
    assert.deepEqual(problems(), ['The index could not be written. It goes on in memory.']);
    for (let asked = 0; asked < 2; asked++)
      assert.deepEqual(await paths(search, 'zebra', told), ['a.txt', 'b.txt']);
    await search.close();
  });

  describe('while files change', () => {
    const watched = { watch: 'told' } as const;
    const changes: { what: string; run: () => Promise<string[]>; found: string[] }[] = [
      {
        what: 'a file that was added',
        run: async () => {
          await write({ 'deep/c.txt': 'three zebras' });
          return ['deep/c.txt'];
        },
        found: ['a.txt', 'deep/b.txt', 'deep/c.txt'],
      },
      {
        what: 'a file that was changed',
        run: async () => {
          await write({ 'a.txt': 'a tiger' });
          return ['a.txt'];
        },
        found: ['deep/b.txt'],
      },
      {
        what: 'a file that was deleted',
        run: async () => {
          await rm(at('a.txt'));
          return ['a.txt'];
        },
        found: ['deep/b.txt'],
      },
      {
        what: 'a folder that was deleted',
        run: async () => {
          await rm(at('deep'), { recursive: true });
          return ['deep'];
        },
        found: ['a.txt'],
      },
      {
        what: 'a folder that was added',
        run: async () => {
          await write({ 'new/c.txt': 'three zebras' });
          return ['new'];
        },
        found: ['a.txt', 'deep/b.txt', 'new/c.txt'],
      },
      {
        what: 'what is ignored from now on',
        run: async () => {
          await write({ '.gitignore': 'deep\n' });
          return ['.gitignore'];
        },
        found: ['a.txt'],
      },
      {
        what: 'no file that is ignored',
        run: async () => {
          await write({ 'kept/.gitignore': '*.log\n', 'kept/c.log': 'three zebras' });
          return ['kept/c.log'];
        },
        found: ['a.txt', 'deep/b.txt'],
      },
      {
        what: 'no secret file and no dependency',
        run: async () => {
          await write({ '.env': 'A=zebra', 'node_modules/x/index.js': 'zebra' });
          return ['.env', 'node_modules/x/index.js', 'node_modules'];
        },
        found: ['a.txt', 'deep/b.txt'],
      },
      {
        what: 'no link, and nothing behind one',
        run: async () => {
          await mkdir(at('inside'));
          await symlink(at('deep'), at('inside/linked'));
          await symlink(at('a.txt'), at('inside/linked.txt'));
          return ['inside/linked', 'inside/linked/b.txt', 'inside/linked.txt'];
        },
        found: ['a.txt', 'deep/b.txt'],
      },
      {
        what: 'nothing outside the folders',
        run: async () => {
          await writeFile(path.join(tree.indexFolder, 'x.txt'), 'a zebra');
          return [path.join('..', path.basename(tree.indexFolder), 'x.txt')];
        },
        found: ['a.txt', 'deep/b.txt'],
      },
    ];
    for (const { what, run, found } of changes) {
      it(`finds ${what}`, async () => {
        await write({ 'a.txt': 'one zebra', 'deep/b.txt': 'two zebras' });
        const search = begin();
        await search.follow(place(watched));
        assert.deepEqual(await paths(search, 'zebra', watched), ['a.txt', 'deep/b.txt']);
        const changed = await run();
        await search.changed(changed.map(at));
        assert.deepEqual(await paths(search, 'zebra', watched), found);
        await search.close();
        await alive(async (again) => assert.deepEqual(await paths(again, 'zebra'), found));
      });
    }
  });

  it('sees by itself what changes, also in a folder that was added', async () => {
    await write({ 'a.txt': 'one zebra', 'deep/b.txt': 'two zebras' });
    const heard = new EventEmitter();
    const search = new WorkspaceSearch(
      {},
      async () => undefined,
      () => void heard.emit('told'),
    );
    const own = { watch: 'own' } as const;
    const untilFound = async (question: string, expected: string[]) => {
      for (;;) {
        const told = once(heard, 'told');
        if ((await paths(search, question, own)).join() === expected.join()) return;
        await told;
      }
    };
    await search.follow(place(own));
    await untilFound('zebra', ['a.txt', 'deep/b.txt']);
    await writeFile(at('a.txt'), 'one tiger');
    await untilFound('tiger', ['a.txt']);
    await mkdir(at('new'));
    await writeFile(at('new/c.txt'), 'three zebras');
    await untilFound('zebra', ['deep/b.txt', 'new/c.txt']);
    await writeFile(at('new/c.txt'), 'three tigers');
    await untilFound('tiger', ['a.txt', 'new/c.txt']);
    await rm(at('a.txt'));
    await untilFound('tiger', ['new/c.txt']);
    await search.close();
  }).timeout(20_000);

  it('is paused and goes on, and answers meanwhile', async () => {
    await write({ 'a.txt': 'a zebra' });
    const search = begin({ patienceMs: 10 });
    await search.follow(place());
    await search.pause();
    const states = (): IndexState['phase'][] =>
      events.flatMap((event) => (event.type === 'index' ? [event.state.phase] : []));
    assert.equal(states().at(-1), 'paused');
    await write({ 'b.txt': 'two zebras' });
    const asked = { ...place(), question: 'zebra', limit: 10, openFiles: [] };
    const meanwhile = await search.search(asked);
    assert.deepEqual([meanwhile.complete, meanwhile.passages.map((one) => one.path)], [false, ['a.txt']]);
    await search.resume();
    await search.follow(place());
    assert.equal(states().at(-1), 'ready');
    assert.deepEqual(await paths(search, 'zebra'), ['a.txt', 'b.txt']);
    await search.close();
  });
});
