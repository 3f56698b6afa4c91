import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { UserStore } from '../../../../src/store/user/userStore.ts';
import { folder, scratch, uriOf } from './samples.ts';

/** Folders of a small disk: names that come and go, each time with an inode of its own unless moved. */
const paths = ['/d/a', '/d/b', '/e/a'];
const path = fc.constantFrom(...paths);

type Step =
  | { do: 'make'; path: string }
  | { do: 'delete'; path: string }
  | { do: 'move'; from: string; to: string }
  | { do: 'open'; path: string; accept: boolean }
  | { do: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('make' as const), path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), path }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), from: path, to: path }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('open' as const), path, accept: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

/** What the user would say is where: each workspace by its URI, with the inode it was last seen with. */
interface Model {
  disk: Map<string, string>;
  workspaces: Map<string, { uri: string; inode: string }>;
}

describe('register of workspaces, whatever is made, moved, deleted and opened', () => {
  it('gives each folder one workspace, offers what moved, and never takes or loses one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const root = scratch();
        let now = 0;
        const start = () => new UserStore(join(root, 'user.db'), () => ++now);
        let store = start();
        let inodes = 0;
        const model: Model = { disk: new Map(), workspaces: new Map() };
        try {
          for (const each of steps) {
            switch (each.do) {
              case 'make':
                if (!model.disk.has(each.path)) model.disk.set(each.path, `${++inodes}`);
                break;
              case 'delete':
                model.disk.delete(each.path);
                break;
              case 'move': {
                const inode = model.disk.get(each.from);
                if (inode === undefined || model.disk.has(each.to)) break;
                model.disk.delete(each.from);
                model.disk.set(each.to, inode);
                break;
              }
              case 'restart':
                store.close();
                store = start();
                break;
              case 'open':
                openFolder(store, model, each.path, each.accept);
                break;
              default:
                each satisfies never;
            }
          }
          assert.deepEqual(
            new Set(store.workspaces().map(({ id }) => id)),
            new Set(model.workspaces.keys()),
            'nothing is lost',
          );
        } finally {
          store.close();
          rmSync(root, { recursive: true });
        }
      }),
      { numRuns: 60 },
    );
  });

  function openFolder(store: UserStore, model: Model, at: string, accept: boolean): void {
    const inode = model.disk.get(at);
    if (inode === undefined) return;
    const uri = uriOf(at);
    const identity = folder(at, { inode, birthTimeMs: 1 });
    const missing = paths.filter((each) => !model.disk.has(each)).map(uriOf);
    const known = [...model.workspaces].find(([, workspace]) => workspace.uri === uri);
    const { workspace, isNew, candidates } = store.resolve(identity, missing);
    assert.equal(isNew, known === undefined);
    if (known) assert.equal(workspace.id, known[0]);
    else assert.ok(!model.workspaces.has(workspace.id));
    model.workspaces.set(workspace.id, { uri, inode });

    const ids = candidates.map(({ id }) => id);
    assert.ok(!ids.includes(workspace.id));
    for (const { id, uri: candidateUri } of candidates) {
      assert.equal(model.workspaces.get(id)?.uri, candidateUri);
      assert.ok(missing.includes(candidateUri), 'only what is gone is offered');
    }
    for (const [id, other] of model.workspaces) {
      const isMoved = id !== workspace.id && other.inode === inode && missing.includes(other.uri);
      if (isMoved) assert.ok(ids.includes(id), 'what was moved is offered');
    }
    const [first] = candidates;
    if (!accept || !first) return;
    const given = store.reattach(first.id, identity);
    assert.equal(given.id, first.id);
    model.workspaces.set(first.id, { uri, inode });
    model.workspaces.set(workspace.id, { uri: 'none', inode: 'none' });
    const again = store.resolve(identity, missing);
    assert.equal(again.workspace.id, first.id);
    assert.ok(
      again.related.some(({ id }) => id === workspace.id),
      'sessions of the one that made way are still shown',
    );
  }

  it('lists the last opened first', () => {
    const root = scratch();
    let now = 0;
    const store = new UserStore(join(root, 'user.db'), () => ++now);
    for (const each of ['/a', '/b', '/a']) store.resolve(folder(each), []);
    assert.deepEqual(
      store.workspaces().map(({ name }) => name),
      ['a', 'b'],
    );
    store.close();
    rmSync(root, { recursive: true });
  });

  it('is the same for processes that write at the same moment', async () => {
    const root = scratch();
    const source = new URL('../../../../src/store/user/userStore.ts', import.meta.url).href;
    const program = `
      const { UserStore } = await import('${source}');
      const store = new UserStore(process.argv[1]);
      const ids = [];
      for (let index = 0; index < 20; index++) {
        const uri = 'file:///work/' + index;
        ids.push(store.resolve({ uri, name: '', folders: [uri], fingerprint: undefined }, []).workspace.id);
        store.addClient({ name: 'of ' + process.pid, scopes: ['turns'] });
      }
      store.close();
      console.log(JSON.stringify(ids));`;
    const file = join(root, 'user.db');
    const outputs = await Promise.all(
      Array.from({ length: 3 }, () =>
        promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, file]),
      ),
    );
    assert.equal(new Set(outputs.map(({ stdout }) => stdout)).size, 1, 'each URI has one workspace');
    const store = new UserStore(file);
    assert.equal(store.workspaces().length, 20);
    assert.equal(store.clients().length, 60);
    store.close();
    rmSync(root, { recursive: true });
  });
});
