/** What package.json promises to VS Code, compared with what the code has. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  commandIds,
  contextKeys,
  extensionId,
  mcpProviderId,
  panelViewId,
  proposalScheme,
  settingNames,
  settingsSection,
  textSchemes,
  viewContainerId,
} from '../../src/host/ids.ts';
import { settingDefaults, settingSchemas } from '../../src/host/settingSchemas.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const menuItem = z.object({
  command: z.string().optional(),
  submenu: z.string().optional(),
  when: z.string().optional(),
});
const setting = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]),
  default: z.unknown(),
  scope: z.string(),
  markdownDescription: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  enumDescriptions: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
  pattern: z.string().optional(),
});
const view = z.object({ id: z.string(), type: z.string(), icon: z.string() });
const manifest = z
  .object({
    name: z.string(),
    publisher: z.string(),
    engines: z.object({ vscode: z.string() }),
    devDependencies: z.record(z.string(), z.string()),
    capabilities: z.object({
      untrustedWorkspaces: z.object({ restrictedConfigurations: z.array(z.string()) }),
    }),
    contributes: z.object({
      commands: z.array(
        z.object({
          command: z.string(),
          title: z.string(),
          category: z.string(),
          enablement: z.string().optional(),
        }),
      ),
      viewsContainers: z.object({ activitybar: z.array(z.object({ id: z.string(), icon: z.string() })) }),
      views: z.record(z.string(), z.array(view)),
      mcpServerDefinitionProviders: z.array(z.object({ id: z.string() })),
      submenus: z.array(z.object({ id: z.string() })),
      menus: z.record(z.string(), z.array(menuItem)),
      keybindings: z.array(z.object({ command: z.string(), key: z.string(), when: z.string().optional() })),
      configuration: z.object({ properties: z.record(z.string(), setting) }),
      walkthroughs: z.array(
        z.object({
          steps: z.array(
            z.object({
              description: z.string(),
              media: z.object({ markdown: z.string() }),
              completionEvents: z.array(z.string()),
            }),
          ),
        }),
      ),
    }),
  })
  .parse(JSON.parse(read('package.json')));
const words = z.record(z.string(), z.string()).parse(JSON.parse(read('package.nls.json')));
const { contributes } = manifest;
const properties = contributes.configuration.properties;
const whens = [
  ...Object.values(contributes.menus).flat(),
  ...contributes.keybindings,
  ...contributes.commands.map(({ enablement }) => ({ when: enablement })),
].flatMap(({ when }) => when ?? []);

/** Compares without regard to order, and names what is missing on either side. */
function sameNames(found: Iterable<string>, expected: Iterable<string>): void {
  assert.deepEqual([...found].sort(), [...expected].sort());
}

describe('The package', () => {
  it('has the id by which the code opens its settings', () =>
    assert.equal(`${manifest.publisher}.${manifest.name}`, extensionId));

  it('offers each command of the code, and no other', () =>
    sameNames(
      contributes.commands.map(({ command }) => command),
      commandIds,
    ));

  it('puts commands in menus, keys and the walkthrough that there are', () => {
    const used = [
      ...Object.values(contributes.menus)
        .flat()
        .flatMap(({ command }) => command ?? []),
      ...contributes.keybindings.map(({ command }) => command),
      ...contributes.walkthroughs.flatMap(({ steps }) =>
        steps.flatMap(({ completionEvents, description }) => [
          ...completionEvents.flatMap((event) => /^onCommand:(.*)$/.exec(event)?.[1] ?? []),
          ...[...(words[description.slice(1, -1)] ?? '').matchAll(/\(command:([\w.]+)\)/g)].map(
            ([, command = '']) => command,
          ),
        ]),
      ),
    ];
    assert.deepEqual(
      used.filter((command) => !commandIds.some((id) => id === command)),
      [],
    );
  });

  it('has the view and the container that the code fills', () => {
    sameNames(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [viewContainerId],
    );
    assert.deepEqual(
      contributes.views[viewContainerId]?.map(({ id }) => id),
      [panelViewId],
    );
  });

  it('has the provider of MCP servers that the code registers', () =>
    sameNames(
      contributes.mcpServerDefinitionProviders.map(({ id }) => id),
      [mcpProviderId],
    ));

  it('has each submenu that a menu shows', () =>
    sameNames(
      Object.values(contributes.menus)
        .flat()
        .flatMap(({ submenu }) => submenu ?? []),
      contributes.submenus.map(({ id }) => id),
    ));

  it('asks for context keys that the code sets, and for each of them', () => {
    const own = whens.flatMap((when) => when.match(/causeway\.\w+/g) ?? []);
    sameNames(new Set(own.filter((name) => name !== panelViewId)), contextKeys);
  });

  it('asks for schemes that the code knows', () => {
    const schemes = whens.flatMap((when) =>
      [...when.matchAll(/resourceScheme (?:==|=~) (\S+)/g)].map(([, scheme = '']) => scheme),
    );
    sameNames(new Set(schemes), [proposalScheme, `/^(${textSchemes.join('|')})$/`]);
  });

  it('has the files it names', () => {
    const files = [
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(contributes.views).flatMap((views) => views.map(({ icon }) => icon)),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });

  it('is typed by the API of the oldest VS Code it runs in, or the release before where there are no such types', () => {
    const minor = (version: string | undefined): number =>
      Number(/^\^?1\.(\d+)\.0$/.exec(version ?? '')?.[1] ?? Number.NaN);
    const oldest = minor(manifest.engines.vscode);
    const types = minor(manifest.devDependencies['@types/vscode']);
    assert.ok(types === oldest || types === oldest - 1, `types of 1.${types} for 1.${oldest}`);
  });
});

describe('The words of the package', () => {
  const asked = [...read('package.json').matchAll(/"%([^%"]+)%"/g)].map(([, key = '']) => key);
  it('are all there, and none is without use', () => sameNames(new Set(asked), Object.keys(words)));
  it('are not empty', () =>
    assert.deepEqual(
      Object.entries(words).filter(([, value]) => value.trim() === ''),
      [],
    ));
  it('are never written into package.json itself', () => {
    const plain = contributes.commands.filter(({ title }) => !/^%.+%$/.test(title));
    assert.deepEqual(plain, []);
  });
});

const textSchema = z.object({
  type: z.unknown().optional(),
  enum: z.unknown().optional(),
  maxLength: z.unknown().optional(),
  pattern: z.unknown().optional(),
  patternErrorMessage: z.unknown().optional(),
});

/** Texts within a schema of which nothing says what they may be, and patterns without words, by their places. */
function unboundedTexts(place: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((inner) => unboundedTexts(place, inner));
  const { type, enum: choices, maxLength, pattern, patternErrorMessage } = textSchema.parse(value);
  const isText = [type].flat().includes('string');
  const isBound = choices !== undefined || maxLength !== undefined || pattern !== undefined;
  const key = typeof patternErrorMessage === 'string' ? patternErrorMessage.slice(1, -1) : '';
  return [
    ...(isText && !isBound ? [`${place} may be anything`] : []),
    ...(typeof pattern === 'string' && !/\w/.test(words[key] ?? '') ? [`${place} has no words`] : []),
    ...Object.entries(value).flatMap(([name, inner]) => unboundedTexts(`${place}.${name}`, inner)),
  ];
}

describe('Settings', () => {
  it('are those the code reads', () =>
    sameNames(
      Object.keys(properties),
      settingNames.map((name) => `${settingsSection}.${name}`),
    ));

  for (const name of settingNames) {
    const property = properties[`${settingsSection}.${name}`];
    if (!property) continue;
    const types = [property.type].flat();
    const fits = (value: unknown): boolean => settingSchemas[name].safeParse(value).success;

    it(`say what ${name} is`, () => {
      const key = (property.markdownDescription ?? property.description ?? '').slice(1, -1);
      assert.match(words[key] ?? '', /\w.*\.$/);
      assert.equal(property.enumDescriptions?.length, property.enum?.length);
    });

    it(`have the default of the code for ${name}`, () => {
      assert.deepEqual(property.default, settingDefaults[name]);
      assert.ok(fits(property.default));
    });

    if (types.some((type) => type === 'integer' || type === 'number')) {
      it(`have a range for ${name}`, () => {
        assert.ok(property.minimum !== undefined && property.maximum !== undefined);
        assert.ok(property.minimum < property.maximum);
      });
    }
    // The port is judged by the bridge, whose words name what is wrong with it.
    if (property.minimum !== undefined && property.maximum !== undefined && name !== 'bridge.port') {
      const { minimum, maximum } = property;
      const cases = [
        { value: minimum, accepted: true },
        { value: maximum, accepted: true },
        { value: minimum - 1, accepted: false },
        { value: maximum + 1, accepted: false },
        { value: minimum + 0.5, accepted: false },
      ];
      for (const { value, accepted } of cases) {
        it(`${accepted ? 'take' : 'refuse'} ${value} for ${name}, as the editor does`, () =>
          assert.equal(fits(value), accepted));
      }
    }
    for (const value of property.enum ?? []) {
      it(`take ${value} for ${name}`, () => assert.ok(fits(value)));
    }
    if (property.maxLength !== undefined) {
      const most = property.maxLength;
      it(`take ${most} characters for ${name}, and no more`, () =>
        assert.deepEqual([fits('x'.repeat(most)), fits('x'.repeat(most + 1))], [true, false]));
    }
  }

  it('that are texts say what they may be, in words where it is a pattern', () =>
    assert.deepEqual(
      Object.entries(properties).flatMap(([name, property]) => unboundedTexts(name, property)),
      [],
    ));

  const typed: { name: (typeof settingNames)[number]; fits: string[]; not: string[] }[] = [
    {
      name: 'model',
      fits: ['', 'anthropic/claude-sonnet-5-5', 'route/main', 'openrouter/anthropic/claude'],
      not: ['sonnet', '/sonnet', 'anthropic/', 'a b/c'],
    },
    { name: 'context.embeddings', fits: ['', 'ollama/nomic-embed-text'], not: ['nomic-embed-text'] },
    { name: 'openTelemetry.endpoint', fits: ['', 'http://127.0.0.1:4318'], not: ['127.0.0.1:4318'] },
  ];
  for (const { name, fits, not } of typed)
    it(`tell in the editor what ${name} cannot be`, () => {
      const pattern = new RegExp(properties[`${settingsSection}.${name}`]?.pattern ?? '(?!)');
      assert.deepEqual(
        [...fits, ...not].filter((value) => pattern.test(value)),
        fits,
      );
    });

  const ofTheMachine = [
    'anthropic.baseUrl',
    'providers',
    'routes',
    'smallModel',
    'model',
    'bridge.enabled',
    'bridge.port',
    'callLog.bodies',
    'openTelemetry.endpoint',
    'prices',
    'encryptSessions',
    'instructions',
    'maxOutputTokens',
    'thinking',
    'trash.retentionDays',
  ] as const satisfies readonly (typeof settingNames)[number][];
  for (const name of ofTheMachine) {
    it(`cannot be changed by a workspace: ${name}`, () =>
      assert.equal(properties[`${settingsSection}.${name}`]?.scope, 'machine'));
  }

  it('that marks a workspace as local-only is read in the settings of each of its folders', () =>
    assert.equal(properties[`${settingsSection}.privacy.localOnly`]?.scope, 'resource'));

  it('that a workspace may change count only in one that is trusted', () =>
    sameNames(
      Object.keys(properties).filter((name) => properties[name]?.scope !== 'machine'),
      manifest.capabilities.untrustedWorkspaces.restrictedConfigurations,
    ));

  const refused: { name: (typeof settingNames)[number]; value: unknown }[] = [
    { name: 'anthropic.baseUrl', value: 'file:///etc/passwd' },
    { name: 'anthropic.baseUrl', value: 'javascript:alert(1)' },
    { name: 'anthropic.baseUrl', value: '' },
    { name: 'openTelemetry.endpoint', value: 'file:///tmp/spans' },
    { name: 'providers', value: [{ id: 'a', preset: 'other' }] },
    { name: 'routes', value: { a: { models: [] } } },
    { name: 'routes', value: { a: { models: ['route/b'] } } },
    { name: 'grounding', value: 'everything' },
    { name: 'thinking', value: 'yes' },
    { name: 'maxOutputTokens', value: '4096' },
    { name: 'prices', value: { model: { input: -1, output: 1 } } },
    { name: 'prices', value: { model: { input: 1 } } },
  ];
  for (const { name, value } of refused) {
    it(`refuse ${JSON.stringify(value)} for ${name}`, () =>
      assert.equal(settingSchemas[name].safeParse(value).success, false));
  }

  it('complete a price by the rates of the price list', () =>
    assert.deepEqual(settingSchemas.prices.parse({ m: { input: 2, output: 10, cacheRead: 1 } }), {
      m: { input: 2, output: 10, cacheWrite5m: 2.5, cacheWrite1h: 4, cacheRead: 1, asOf: 'setting' },
    }));
});

describe('Words that people read in VS Code', () => {
  const files = globSync('src/**/*.ts', { cwd: root });
  // Only literals are found by the tools that make translations.
  for (const file of files) {
    const text = read(file);
    if (!/\bl10n\b/.test(text)) continue;
    it(`are literals in ${file}`, () => {
      const calls = [...text.matchAll(/(?<![\w.])(?:(?:vscode\.)?l10n\.)?t\(\s*(.)/g)].map(
        ([, first]) => first,
      );
      assert.ok(calls.length > 0 || !/l10n\.t\b|\{ t \}/.test(text));
      assert.deepEqual(
        calls.filter((first) => first !== "'"),
        [],
      );
    });
  }
});
