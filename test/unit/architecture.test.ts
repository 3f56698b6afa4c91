import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sameSecret } from '../../src/bridge/secret.ts';
import { digestOf, sameDigest } from '../../src/store/user/tokens.ts';
import { findings } from '../support/architecture/habits.ts';
import { importsOf } from '../support/architecture/imports.ts';
import { loaders, violation } from '../support/architecture/rooms.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Files under `src/` and `media/`, with slashes, as the rules name them. */
const files = ['src', 'media']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/')),
  )
  .sort();
const sources = files.filter((file) => /\.m?tsx?$|\.mjs$/.test(file));

/** Everything wrong with one file, a line each. */
function check(file: string, source: string): string[] {
  const { imports, unreadable } = importsOf(source);
  return [
    ...imports.flatMap((one) => {
      const why = violation(file, one);
      return why === undefined ? [] : [`${file}:${one.line} ${why}`];
    }),
    ...(loaders.includes(file) ? [] : unreadable).map(
      (line) => `${file}:${line} imports in a way that cannot be guarded`,
    ),
    ...findings(file, source).map(({ line, what }) => `${file}:${line} has ${what}`),
  ];
}

describe('The architecture', () => {
  it('holds: every import stays within its room’s doors, and every file within its habits', () => {
    assert.ok(sources.length > 100, `only ${sources.length} files were found`);
    const styles = files.filter((file) => file.endsWith('.css'));
    const all = [...sources, ...styles].flatMap((file) =>
      check(file, readFileSync(join(root, file), 'utf8')),
    );
    assert.deepEqual(all, []);
  });

  it('reads every import there is: no file of several that import something seems to import nothing', () => {
    const silent = sources.filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return /^import\b/m.test(text) && importsOf(text).imports.length === 0;
    });
    assert.deepEqual(silent, []);
  });
});

const good: [file: string, source: string][] = [
  ['src/base/a.ts', "import { b } from './b.ts';"],
  ['src/protocol/a.ts', "import { z } from 'zod';\nimport type { Event } from '../base/emitter.ts';"],
  ['src/core/a.ts', "import stem from 'wink-porter2-stemmer';"],
  ['src/core/a.ts', "import { z } from 'zod';\nexport * from './errors/turn.ts';"],
  ['src/core/providers/anthropic/a.ts', "import Anthropic, { APIError } from '@anthropic-ai/sdk';"],
  ['src/store/a.ts', "import type { Log } from '../core/ports.ts';\nimport { x } from 'node:sqlite';"],
  ['src/store/a.ts', "import { type Entry } from '../core/session/store.ts';"],
  ['src/bridge/nodeServer.ts', "import { createServer } from 'node:http';"],
  ['src/bridge/a.ts', "import type { IncomingMessage } from 'node:http';"],
  [
    'src/host/panel/a.ts',
    "import * as vscode from 'vscode';\nimport type { A } from '../../core/assistant.ts';",
  ],
  ['src/extension.ts', "import * as vscode from 'vscode';\nimport { x } from './host/x.ts';"],
  ['src/cli.ts', "import { x } from './cli/x.ts';\nimport { y } from './bridge/y.ts';\nimport 'node:fs';"],
  ['src/cli/a.ts', "import { x } from '../openCore.ts';\nconst y = await import('../bridge/bridge.ts');"],
  ['src/openCore.ts', "import { x } from './workers/x.ts';"],
  ['src/cli/a.ts', "import manifest from '../../package.json' with { type: 'json' };"],
  [
    'src/windowWiring.ts',
    "import type { Wiring } from './host/wiring.ts';\nimport { x } from './store/x.ts';",
  ],
  ['media/build.mjs', "import { build } from 'esbuild';\nimport { readFile } from 'node:fs/promises';"],
  ['media/a.tsx', "import { render } from 'preact/compat';\nimport { z } from 'zod/mini';"],
  ['src/core/a.ts', "// import x from 'vscode';\n/* import y from 'node:fs';\nany */"],
  ['src/store/a.ts', "if (token === undefined || typeof secret === 'string') return;"],
  ['src/store/a.ts', 'const enough = estimatedTokens === tokens; if (token.length === 3) return;'],
];

const bad: [file: string, source: string, says: RegExp][] = [
  ['src/base/a.ts', "import { z } from 'zod';", /base may not import zod/],
  ['src/base/a.ts', "import { readFile } from 'node:fs/promises';", /node:fs/],
  ['src/protocol/a.ts', "import type { Log } from '../core/ports.ts';", /core\/ports/],
  ['src/core/a.ts', "import * as vscode from 'vscode';", /vscode/],
  ['src/core/a.ts', "import type * as vscode from 'vscode';", /as a type/],
  ['src/core/a.ts', "import { x } from 'node:path';", /node:path/],
  ['src/core/a.ts', "import {\n  x,\n  type Y,\n} from '../store/b.ts';", /:1 core may not import/],
  ['src/core/a.ts', "import 'node:fs';", /node:fs/],
  ['src/core/a.ts', "export { x } from '../store/b.ts';", /store\/b/],
  ['src/core/a.ts', "export * from '../store/b.ts';", /store\/b/],
  ['src/core/a.ts', "export type { X } from '../store/b.ts';", /store\/b/],
  ['src/core/a.ts', "const x = await import('../store/b.ts');", /store\/b/],
  ['src/core/a.ts', "type X = import('../store/b.ts').X;", /store\/b/],
  ['src/core/a.ts', "let x: typeof import('vscode');", /vscode/],
  ['src/core/a.ts', 'const x = await import(name);', /cannot be guarded/],
  ['src/core/a.ts', "const x = await import('../' + name);", /cannot be guarded|may not/],
  ['src/core/a.ts', "import { createRequire } from 'node:module';", /cannot be guarded/],
  ['src/core/a.ts', "const fs = process.getBuiltinModule('node:fs');", /cannot be guarded/],
  ['src/core/a.ts', "import Anthropic from '@anthropic-ai/sdk';", /@anthropic-ai\/sdk/],
  ['src/host/a.ts', "import Anthropic from '@anthropic-ai/sdk';", /@anthropic-ai\/sdk/],
  ['src/core/a.ts', 'const home = process.env.HOME;', /a global of one host/],
  ['src/core/a.ts', "const bytes = Buffer.from('a');", /a global of one host/],
  ['src/store/a.ts', "import { Engine } from '../core/engine.ts';", /core\/engine/],
  ['src/bridge/a.ts', "import { createServer } from 'node:http';", /node:http/],
  ['src/bridge/a.ts', "import { Engine } from '../core/engine.ts';", /core\/engine/],
  ['src/bridge/a.ts', "import type { SqliteStore } from '../store/sqlite/sqliteStore.ts';", /store\/sqlite/],
  ['src/host/a.ts', "import { startBridge } from '../bridge/bridge.ts';", /bridge/],
  ['src/host/panel/a.ts', "import { openCore } from '../../openCore.ts';", /openCore/],
  ['src/windowWiring.ts', "import { x } from './host/wiring.ts';", /host\/wiring/],
  ['src/core/a.ts', "import manifest from '../../package.json' with { type: 'json' };", /package\.json/],
  ['src/client/a.ts', "import { x } from '../core/errors.ts';", /core\/errors/],
  ['src/client/a.ts', "import { x } from 'node:http';", /node:http/],
  ['media/a.ts', "import type { Assistant } from '../src/core/assistant.ts';", /core\/assistant/],
  ['media/a.ts', "import { x } from 'node:path';", /node:path/],
  ['src/workers/a.ts', "import * as vscode from 'vscode';", /vscode/],
  ['src/cli/a.ts', "import { x } from '../host/x.ts';", /host\/x/],
  ['src/cli.ts', "import * as vscode from 'vscode';", /vscode/],
  ['src/openCore.ts', "import * as vscode from 'vscode';", /vscode/],
  ['src/openCore.ts', "import { activate } from './extension.ts';", /extension/],
  ['src/lounge/a.ts', "import { x } from './x.ts';", /a room that is not known/],
  ['src/core/a.ts', "import { x } from '../lounge/x.ts';", /lounge/],
  ['src/core/a.ts', "import { x } from '../../test/support/core.ts';", /test\/support/],
  ['src/core/a.ts', 'const x: any = 1;', /has any/],
  ['src/core/a.ts', 'const x = y as unknown as string;', /has any/],
  ['src/core/a.ts', 'const x = new Map<string, any>();', /has any/],
  ['src/bridge/a.ts', 'if (given === this.#ownerToken) return;', /a secret compared/],
  ['src/bridge/a.ts', 'if (token !== expected) return;', /a secret compared/],
  ['src/store/a.ts', 'const found = client.digest == digest;', /a secret compared/],
  ['media/a.css', '.x {}\n'.repeat(401), /more than 400 lines/],
];

describe('The check of the architecture', () => {
  for (const [file, source] of good) {
    it(`lets ${file} have ${source.split('\n')[0]}`, () => assert.deepEqual(check(file, source), []));
  }
  for (const [file, source, says] of bad) {
    it(`finds in ${file} what is wrong with ${source.split('\n')[0]}`, () => {
      const found = check(file, source);
      assert.match(found.join('\n'), says);
    });
  }
});

describe('threat 6: comparing secrets', () => {
  const pairs: [string, string, boolean][] = [
    ['', '', true],
    ['a', 'a', true],
    ['a', '', false],
    ['', 'cw_x', false],
    ['short', 'a much longer one', false],
    ['é', 'e\u0301', false],
  ];
  for (const [left, right, same] of pairs) {
    it(`does not throw at ${left.length} beside ${right.length} characters and says ${same}`, () => {
      assert.equal(sameSecret(left, right), same);
      assert.equal(sameDigest(digestOf(left), digestOf(right)), same);
      // A stored digest that is damaged equals nothing, not even itself.
      assert.equal(sameDigest(left, right), false);
    });
  }
});
