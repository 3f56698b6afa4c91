import assert from 'node:assert/strict';
import { usersEnvironment } from '../../start/environment.ts';

describe('the environment that npm start gives to VS Code', () => {
  function check(title: string, given: NodeJS.ProcessEnv, expected: NodeJS.ProcessEnv): void {
    it(title, () => assert.deepEqual(usersEnvironment(given), expected));
  }
  const keys = {
    ANTHROPIC_API_KEY: 'key',
    CAUSEWAY_PORT: '61901',
    HOME: '/home/me',
    HTTPS_PROXY: 'http://p',
  };
  check('has the keys and settings of the user', keys, keys);
  check(
    'has nothing of npm, nor of a VS Code from whose terminal it was started',
    {
      npm_config_x: '1',
      INIT_CWD: '/a',
      NODE: '/n',
      VSCODE_IPC_HOOK_CLI: 's',
      ELECTRON_RUN_AS_NODE: '1',
      A: 'b',
    },
    { A: 'b' },
  );
  check(
    "has the user's own programs first on the PATH",
    { PATH: '/c/node_modules/.bin:/x/node_modules/npm/node-gyp-bin:/home/me/.bin:/usr/bin' },
    { PATH: '/home/me/.bin:/usr/bin' },
  );
});
