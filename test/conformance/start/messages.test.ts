import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../../support/vscode/paths.ts';

const startScript = join(repositoryRoot, 'test', 'start.mjs');

describe('npm start', () => {
  it('says which Node it needs where an older one runs it', () => {
    const older =
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.1' } })";
    const args = ['--import', `data:text/javascript,${encodeURIComponent(older)}`, startScript];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /needs Node 20 or newer to start; this is Node 18\.20\.1/);
  });

  it('prints how to call it', () => {
    const help = execFileSync(process.execPath, [startScript, '--help'], { encoding: 'utf8' });
    assert.match(help, /npm start -- FOLDER[\s\S]*--desktop[\s\S]*--no-open[\s\S]*--data/);
  });

  it('refuses a folder that does not exist, before it installs anything', () => {
    const { status, stderr } = spawnSync(process.execPath, [startScript, '/no/such folder'], {
      encoding: 'utf8',
    });
    assert.equal(status, 2);
    assert.match(stderr, /^The folder \/no\/such folder does not exist\./);
  });

  it('with --desktop says what to do where no VS Code is on the PATH', () => {
    const env = { PATH: '/nowhere' };
    const { status, stdout } = spawnSync(process.execPath, [startScript, '--desktop'], {
      encoding: 'utf8',
      env,
    });
    assert.equal(status, 1, stdout);
    assert.match(
      stdout,
      /No desktop VS Code is on the PATH \(looked for code, code-insiders, codium, cursor\)/,
    );
  });
});
