import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  dataFolderFor,
  findWorkspaceData,
  listDataFolders,
  registerDataFolder,
  userDatabaseFile,
} from '../../../src/store/dataFolders.ts';
import { openStateFolder, type Surroundings, stateFolderPath } from '../../../src/store/stateFolder.ts';
import { UserStore } from '../../../src/store/user/userStore.ts';
import { folder, scratch, windowOf } from './user/samples.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('folder of state', () => {
  const check = (platform: string, env: Record<string, string>, expected: string) =>
    it(`is ${expected} on ${platform} with ${JSON.stringify(env)}`, () => {
      const place: Surroundings = {
        env,
        platform,
        home: platform === 'win32' ? 'C:\\Users\\me' : '/home/me',
        userId: 1,
      };
      assert.equal(stateFolderPath(place), expected);
    });
  check('linux', {}, '/home/me/.local/state/causeway');
  check('linux', { XDG_STATE_HOME: '/state' }, '/state/causeway');
  check('linux', { XDG_STATE_HOME: 'relative' }, '/home/me/.local/state/causeway');
  check('linux', { XDG_STATE_HOME: '/state', CAUSEWAY_STATE_DIR: '/mine' }, '/mine');
  check('darwin', {}, '/home/me/Library/Application Support/causeway');
  check('win32', { LOCALAPPDATA: 'D:\\Local' }, 'D:\\Local\\causeway');
  check('win32', {}, 'C:\\Users\\me\\AppData\\Local\\causeway');

  it('refuses a relative CAUSEWAY_STATE_DIR', () => {
    const place: Surroundings = {
      env: { CAUSEWAY_STATE_DIR: 'here' },
      platform: 'linux',
      home: '/home/me',
      userId: 1,
    };
    assert.throws(() => stateFolderPath(place), {
      code: 'invalid_input',
      message: /CAUSEWAY_STATE_DIR.*here.*absolute/,
    });
  });
});

describe('register of data folders', () => {
  let root: string;
  let state: string;
  let before: string | undefined;

  beforeEach(() => {
    root = scratch();
    state = join(root, "it's state");
    before = process.env.CAUSEWAY_STATE_DIR;
    process.env.CAUSEWAY_STATE_DIR = state;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.CAUSEWAY_STATE_DIR;
    else process.env.CAUSEWAY_STATE_DIR = before;
    rmSync(root, { recursive: true });
  });

  /** A product that has had these windows open, the last one last. */
  const product = async (name: string, windows: Parameters<UserStore['resolve']>[0][], startedAt: number) => {
    const path = join(root, name);
    let now = startedAt;
    const store = new UserStore(userDatabaseFile(path), () => now++);
    for (const each of windows) store.resolve(each, []);
    store.close();
    await registerDataFolder(path, name);
    return path;
  };

  it('is private to the user whatever the mask is', async () => {
    const mask = process.umask(0);
    try {
      await registerDataFolder(join(root, 'code'), 'Code');
    } finally {
      process.umask(mask);
    }
    const records = join(state, 'data-folders');
    const [record = ''] = readdirSync(records);
    assert.deepEqual([state, records, join(records, record)].map(modeOf), ['700', '700', '600']);
  });

  it('refuses a folder of state that others can read, says how to mend it, and leaves it alone', async () => {
    mkdirSync(state);
    chmodSync(state, 0o750);
    const refusal = {
      code: 'state_folder_too_open',
      message: /state.*mode is 0750.*chmod 700 '.*it'\\''s state'/,
    };
    await assert.rejects(registerDataFolder('/data', 'Code'), refusal);
    await assert.rejects(listDataFolders(), refusal);
    assert.equal(modeOf(state), '750');
    assert.deepEqual(readdirSync(state), []);
  });

  it('refuses a folder of state that belongs to somebody else', async () => {
    mkdirSync(state, { mode: 0o700 });
    const somebody: Surroundings = {
      env: { CAUSEWAY_STATE_DIR: state },
      platform: 'linux',
      home: '/home/me',
      userId: statSync(state).uid + 1,
    };
    await assert.rejects(openStateFolder(somebody), {
      code: 'state_folder_too_open',
      message: /another user.*chown/,
    });
  });

  it('lists what products say of themselves, the last used first', async () => {
    await registerDataFolder('/data/code', 'Code');
    await registerDataFolder('/data/insiders', 'Insiders');
    const first = (await listDataFolders()).find(({ product: name }) => name === 'Code');
    while (Date.now() === first?.lastUsedAt) await new Promise(setImmediate);
    await registerDataFolder('/data/code', 'Code');
    assert.deepEqual(
      (await listDataFolders()).map(({ path, product: name }) => [path, name]),
      [
        ['/data/code', 'Code'],
        ['/data/insiders', 'Insiders'],
      ],
    );
  });

  it('forgets none of the products that start at the same moment in processes of their own', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `/data/${index}`);
    const url = new URL('../../../src/store/dataFolders.ts', import.meta.url).href;
    const program = `const { registerDataFolder } = await import('${url}'); await registerDataFolder(process.argv[1], 'Code');`;
    await Promise.all(
      names.map((name) =>
        promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, name], {
          env: process.env,
        }),
      ),
    );
    assert.deepEqual((await listDataFolders()).map(({ path }) => path).sort(), names);
  });

  it('goes on with the others when one record is broken', async () => {
    await registerDataFolder('/data/code', 'Code');
    writeFileSync(join(state, 'data-folders', 'broken.json'), '{"path":');
    assert.deepEqual(
      (await listDataFolders()).map(({ path }) => path),
      ['/data/code'],
    );
  });

  it('finds no workspace where nothing was ever opened', async () => {
    assert.equal(await findWorkspaceData(root), undefined);
  });

  it('finds the workspace of a folder in whichever product opened it last', async () => {
    const app = join(root, 'app');
    await product('code', [folder(app)], 1_000);
    const insiders = await product('insiders', [folder(app)], 2_000);
    assert.equal((await findWorkspaceData(app))?.dataFolder, insiders);
  });

  it('prefers the folder itself to a window of several folders, and that to a folder above', async () => {
    const [app, lib, inside] = [join(root, 'app'), join(root, 'lib'), join(root, 'app', 'src')];
    await product('code', [folder(app), windowOf('file:///both.code-workspace', [app, lib])], 1_000);
    const name = async (path: string) => (await findWorkspaceData(path))?.workspace.name;
    assert.deepEqual(
      [await name(app), await name(lib), await name(inside), await name(join(root, 'else'))],
      ['app', 'several folders', 'app', undefined],
    );
  });

  it('finds the workspace of a folder that is reached through a link', async () => {
    const app = join(root, 'app');
    mkdirSync(app);
    symlinkSync(app, join(root, 'link'));
    await product('code', [folder(app)], 1_000);
    assert.equal((await findWorkspaceData(join(root, 'link')))?.workspace.name, 'app');
  });

  it('says so when the only register cannot be read', async () => {
    const code = await product('code', [folder(join(root, 'app'))], 1_000);
    writeFileSync(userDatabaseFile(code), 'x'.repeat(5_000));
    await assert.rejects(findWorkspaceData(join(root, 'app')), { code: 'register_unavailable' });
  });

  it('keeps a new folder of the command line where the editor will find it', async () => {
    const own = await dataFolderFor(join(root, 'new'));
    assert.ok(own.startsWith(state));
    const code = await product('code', [], 1_000);
    assert.equal(
      await dataFolderFor(join(root, 'new')),
      own,
      'a product that never opened a window is no home',
    );
    const used = await product('used', [folder(join(root, 'app'))], 1_000);
    assert.notEqual(code, used);
    assert.equal(await dataFolderFor(join(root, 'new')), used);
  });
});
