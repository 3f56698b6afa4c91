import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import type { IndexState } from '../../../src/core/ports.ts';
import { type SearchEvent, type SearchPlace, WorkspaceSearch } from '../../../src/workers/workspaceSearch.ts';

describe('The index on disk', () => {
  let folder: string;
  let indexFolder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'causeway-tree-'));
    indexFolder = await mkdtemp(path.join(tmpdir(), 'causeway-index-'));
  });
  afterEach(async () => {
    for (const one of [folder, indexFolder]) await rm(one, { recursive: true, force: true });
  });

  const at = (name: string) => path.join(folder, name);
  /** Written some time ago, so that the time of a file tells whether it is the same. */
  const write = async (files: Record<string, string>, secondsAgo = 60) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(at(name)), { recursive: true });
      await writeFile(at(name), content);
      const then = new Date(Date.now() - secondsAgo * 1000);
      await utimes(at(name), then, then);
    }
  };
  const events: SearchEvent[] = [];
  beforeEach(() => void events.splice(0));
  const begin = (bounds = {}) =>
    new WorkspaceSearch(
      bounds,
      async () => undefined,
      (event) => void events.push(event),
    );
  const place = (more: Partial<SearchPlace> = {}): SearchPlace => ({
    folders: [folder],
    indexFolder,
    ...more,
  });
  const ask = async (search: WorkspaceSearch, question: string, more: Partial<SearchPlace> = {}) => {
    const result = await search.search({ ...place(more), question, limit: 10, openFiles: [] });
    return result.passages;
  };
  const paths = async (...args: Parameters<typeof ask>) => (await ask(...args)).map((one) => one.path).sort();
  const alive = async <T>(run: (search: WorkspaceSearch) => Promise<T>): Promise<T> => {
    const search = begin();
    const result = await run(search);
    await search.close();
    return result;
  };
  const parts = () => readdirSync(indexFolder).filter((name) => name.endsWith('.part'));
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
        const file = path.join(indexFolder, present);
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
    writeFileSync(path.join(indexFolder, 'catalog'), Buffer.concat([length, head, sum]));
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
    const held = readdirSync(indexFolder).map((name) => readFileSync(path.join(indexFolder, name), 'latin1'));
    assert.ok(held.some((bytes) => bytes.includes('zebra')));
    assert.ok(!held.some((bytes) => bytes.includes('quokka')));
  });

  const lockOf = (pid: number) => `${hostname()}|${pid}||other`;
  it('is left to the process that writes it, while questions are answered from memory', async () => {
    await write({ 'a.txt': 'a zebra' });
    await writeFile(path.join(indexFolder, 'lock'), lockOf(process.ppid));
    await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), ['a.txt']));
    assert.deepEqual(readdirSync(indexFolder), ['lock']);
  });

  it('is taken from a process that was killed', async () => {
    await write({ 'a.txt': 'a zebra' });
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'close');
    await writeFile(path.join(indexFolder, 'lock'), lockOf(child.pid ?? 0));
    await alive(async (search) => assert.deepEqual(await paths(search, 'zebra'), ['a.txt']));
    assert.equal(parts().length, 1);
  });

  it('is whole or nothing after the process that wrote it was killed', async () => {
    const files = Array.from({ length: 1500 }, (_, number) => [
      `f${number}.ts`,
      `// zebra ${number}\nrun();\n`,
    ]);
    await write(Object.fromEntries(files));
    const script = path.join(indexFolder, '..', `${path.basename(indexFolder)}.mjs`);
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
    await writeFile(path.join(indexFolder, 'file'), '');
    const search = begin();
    const inFile = path.join(indexFolder, 'file');
    assert.deepEqual(await paths(search, 'zebra', { indexFolder: inFile }), ['a.txt']);
    await search.close();
    assert.deepEqual(problems(), ['The index cannot be kept on disk.']);
  });

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

  it('answers on when a write fails after others did not', async () => {
    await write({ 'a.txt': 'a zebra' });
    const search = begin();
    const told = { watch: 'told' } as const;
    assert.deepEqual(await paths(search, 'zebra', told), ['a.txt']);
    await rm(indexFolder, { recursive: true });
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
          await writeFile(path.join(indexFolder, 'x.txt'), 'a zebra');
          return [path.join('..', path.basename(indexFolder), 'x.txt')];
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
