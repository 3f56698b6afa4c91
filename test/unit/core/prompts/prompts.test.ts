import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { CausewayError } from '../../../../src/core/errors.ts';
import type { Log, PromptFile } from '../../../../src/core/ports.ts';
import { fillPrompt, typedValues } from '../../../../src/core/prompts/fillPrompt.ts';
import { parsePrompt } from '../../../../src/core/prompts/parsePrompt.ts';
import { askedPrompt } from '../../../../src/core/prompts/promptInput.ts';
import { Prompts } from '../../../../src/core/prompts/prompts.ts';
import type { GroundingMode } from '../../../../src/protocol/entries.ts';

const file = (text: string, name = 'review', place: PromptFile['place'] = 'workspace'): PromptFile => ({
  name,
  place,
  text,
});
const front = (fields: string, body = 'Review {{what}}.') =>
  `---\ndescription: For tests\n${fields}\n---\n${body}\n`;
const what = 'variables:\n  what: string';

const log = (): { log: Log; warned: string[] } => {
  const warned: string[] = [];
  return { log: { info() {}, warn: (line) => warned.push(line), error() {} }, warned };
};
const promptsOf = (...files: PromptFile[]) => new Prompts({ read: async () => files }, log().log);

const codeOf = (error: unknown) => (error instanceof CausewayError ? error.message : String(error));
async function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'taken',
    (error: unknown) => codeOf(error),
  );
}

describe('A prompt file', () => {
  it('has typed variables, a model, a profile, grounding and the schema of its answer', async () => {
    const prompt = await parsePrompt(
      file(
        front(
          [
            'version: 3',
            'status: deprecated',
            'sunset: 2027-01-31',
            'model: anthropic/claude-opus-5-5',
            'profile: tutor',
            'grounding: workspace',
            'variables:',
            '  what: { type: string, description: A file, maxLength: 5 }',
            '  depth: { type: integer, minimum: 1, maximum: 3, default: 2 }',
            '  tone: { type: string, values: [kind, plain], default: plain }',
            '  strict: boolean',
            'output: { type: object, required: [ok] }',
          ].join('\n'),
          'Review {{ what }} at {{depth}}, {{tone}}, {{strict}}.',
        ),
      ),
    );
    assert.deepEqual(
      [
        prompt.name,
        prompt.version,
        prompt.status,
        prompt.sunset,
        prompt.model,
        prompt.profile,
        prompt.grounding,
      ],
      ['review', 3, 'deprecated', '2027-01-31', 'anthropic/claude-opus-5-5', 'tutor', 'workspace'],
    );
    assert.equal(fillPrompt(prompt, { what: 'a.ts', strict: true }), 'Review a.ts at 2, plain, true.');
  });

  const check = (name: string, text: string, words: RegExp) =>
    it(`is not used when ${name}`, async () => assert.match(await refusal(parsePrompt(file(text))), words));

  check('it has no front matter', 'Review.', /the beginning: got "Review\."; expected front matter/);
  check('it has no text', front('', ' '), /the text below: got nothing/);
  check('a field is not known', front('modle: a/b'), /modle: .*expected one of name, description/);
  check('a variable is not named', front(''), /\{\{what\}\}; expected a variable that is named above/);
  check('a variable has no type there is', front('variables: { what: date }'), /variables\.what/);
  check('its version is none', front(`version: 0\n${what}`), /version: got 0/);
  check('its name cannot stand in an address', front(`name: A B\n${what}`), /name: got "A B"/);
  check('a day is set for one that is not deprecated', front(`sunset: 2027-01-31\n${what}`), /sunset/);
  check('its schema is none', front(`output: { type: nonsense }\n${what}`), /output: .*a JSON Schema/);

  it('of other assistants is read too, with what is the same there', async () => {
    const prompt = await parsePrompt(
      file(
        `---\nmode: agent\nmodel: GPT-4o\ntools: ['x']\ndescription: Makes a form\n---\nA form named $\{input:formName:MyForm} with {{braces}}.`,
        'Create React Form',
        'github',
      ),
    );
    assert.deepEqual(
      [prompt.name, prompt.description, prompt.model, prompt.variables],
      [
        'create-react-form',
        'Makes a form',
        undefined,
        { formName: { type: 'string', description: 'MyForm' } },
      ],
    );
    assert.equal(fillPrompt(prompt, { formName: 'Login' }), 'A form named Login with { {braces} }.');
    assert.equal((await parsePrompt(file('Just words.', 'plain', 'github'))).text, 'Just words.');
  });
});

describe('The prompts to begin with', () => {
  it('can be used', async () => {
    const folder = new URL('../../../../examples/prompts/', import.meta.url);
    const names = readdirSync(folder);
    assert.ok(names.length > 0);
    for (const name of names)
      await parsePrompt(file(readFileSync(new URL(name, folder), 'utf8'), name.replace('.prompt.md', '')));
  });
});

describe('The values of a prompt', () => {
  const prompt = () =>
    parsePrompt(
      file(
        front(
          'variables:\n  what: { type: string, maxLength: 8 }\n  depth: { type: integer, minimum: 1, maximum: 3, default: 2 }',
          '{{what}}|{{depth}}',
        ),
      ),
    );

  const refused = (name: string, values: unknown, words: RegExp) =>
    it(`are refused when ${name}`, async () => {
      const made = await prompt();
      assert.match(await refusal(Promise.resolve().then(() => fillPrompt(made, values))), words);
    });
  refused('one is missing', {}, /“review” was not sent: what: got nothing/);
  refused('one is of another type', { what: 5 }, /what: got 5; expected string/);
  refused('one is too long', { what: 'far too long' }, /what: got "far too long"/);
  refused('one is out of its range', { what: 'a', depth: 9 }, /depth: got 9/);
  refused('one is not known', { what: 'a', other: 1 }, /other: .*expected what, depth/);

  it('stand in the text as they are, braces and dollars too', async () => {
    const made = await prompt();
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), (value) => {
        assert.equal(fillPrompt(made, { what: value }), `${value}|2`);
      }),
    );
    assert.equal(fillPrompt(made, { what: '{{what}}' }), '{{what}}|2');
    assert.equal(fillPrompt(made, { what: "$& $1 '" }), "$& $1 '|2");
  });

  it('are what was typed behind the name', async () => {
    assert.deepEqual(typedValues(await prompt(), ' a.ts, please '), { what: 'a.ts, please' });
    assert.deepEqual(typedValues(await prompt(), ''), {});
    const counted = await parsePrompt(file(front('variables: { depth: integer }', '{{depth}}')));
    assert.deepEqual(typedValues(counted, '3'), { depth: 3 });
  });
});

describe('The answer to a prompt with a schema', () => {
  const output = 'output:\n  type: object\n  required: [ok]\n  properties: { ok: { type: boolean } }';
  const check = (name: string, answer: string, expected: unknown) =>
    it(name, async () => {
      const prompt = await parsePrompt(file(front(`${output}\n${what}`)));
      assert.deepEqual(
        await Promise.resolve()
          .then(() => askedPrompt(prompt, { what: 'a' }).output(answer))
          .catch((error: unknown) => codeOf(error)),
        expected,
      );
    });
  check('is its value', '{"ok": true}', { ok: true });
  check('may stand between fences', '```json\n{"ok": true}\n```', { ok: true });
  check(
    'is an error when it is no JSON',
    'Yes.',
    'The answer to the prompt “review” does not fit its schema: the answer: expected JSON. The answer is kept in its session.',
  );
  check(
    'is an error that names the field when it does not fit',
    '{"ok": "yes"}',
    'The answer to the prompt “review” does not fit its schema: ok: expected boolean, received string. The answer is kept in its session.',
  );
});

describe('The prompts there are', () => {
  const versions = promptsOf(
    file(front(`version: 1\nstatus: deprecated\n${what}`), 'review'),
    file(front(`version: 2\n${what}`), 'review-2'),
    file(front(`name: review\nversion: 3\n${what}`), 'review-3'),
    file(front(`name: review\nversion: 4\nstatus: draft\n${what}`), 'review-4'),
    file(front(`status: deprecated\n${what}`), 'old'),
  );
  const check = (
    name: string,
    how: Parameters<Prompts['need']>[1],
    wanted: string,
    expected: number | RegExp,
  ) =>
    it(name, async () => {
      const found = await versions.need(wanted, how).then(
        ({ version }) => version,
        (error: unknown) => codeOf(error),
      );
      if (typeof expected === 'number') assert.equal(found, expected);
      else assert.match(String(found), expected);
    });
  check('give the newest version that is published', {}, 'review', 3);
  check('give a version by its number', { version: 1 }, 'review', 1);
  check('give a draft in the editor', { drafts: true }, 'review', 4);
  check('give a draft nowhere else', { version: 4 }, 'review', /No prompt is named “review” with version 4/);
  check('give a deprecated one when there is no other', {}, 'old', 1);
  check(
    'name those there are when there is none of that name',
    {},
    'reviev',
    /There are: old, review, review-2/,
  );

  it('are the user’s before the workspace’s, whatever version those have, and that is told once', async () => {
    const { log: told, warned } = log();
    const files = [
      file(front(`version: 9\n${what}`, 'W {{what}}')),
      file(front(what, 'U {{what}}'), 'review', 'user'),
    ];
    const prompts = new Prompts({ read: async () => files }, told);
    assert.equal((await prompts.need('review')).text, 'U {{what}}');
    await prompts.list();
    assert.equal(warned.length, 1);
    assert.match(
      warned[0] ?? '',
      /“review” of this workspace is not used: your own prompt of that name wins/,
    );
  });

  const limited = (
    name: string,
    fields: string,
    set: GroundingMode,
    expected: { model?: string; profile?: string; grounding?: string; left?: RegExp },
    place: PromptFile['place'] = 'workspace',
  ) =>
    it(name, async () => {
      const profiles: Record<string, 'user' | 'built_in'> = { costly: 'user', tutor: 'built_in' };
      const prompts = new Prompts(
        { read: async () => [file(front(`${fields}\n${what}`), 'review', place)] },
        log().log,
        {
          grounding: () => set,
          profile: async (wanted) => {
            const source = profiles[wanted];
            return source === undefined ? undefined : { source };
          },
        },
      );
      const { turn } = await prompts.ask('review', { what: 'a' });
      const { left, ...chosen } = expected;
      assert.deepEqual({ ...turn }, { text: 'Review a.', ...chosen });
      const told = (await prompts.problems()).map(({ message }) => message).join();
      if (left) assert.match(told, left);
      else assert.equal(told, '');
    });
  limited(
    'of a workspace choose no model, and that is told',
    'model: anthropic/claude-opus-5-5',
    'workspace',
    {
      left: /“review” of this workspace is used without model: anthropic\/claude-opus-5-5: .*Copy the file/,
    },
  );
  limited('of a workspace do not widen what is quoted', 'grounding: workspace', 'open_files', {
    left: /without grounding: workspace/,
  });
  limited('of a workspace may narrow what is quoted', 'grounding: off', 'open_files', { grounding: 'off' });
  limited(
    'of a workspace do not choose a profile of the user’s, which may choose a model',
    'profile: costly',
    'off',
    {
      left: /without profile: costly/,
    },
  );
  limited('of a workspace may choose a profile that is there for all', 'profile: tutor', 'off', {
    profile: 'tutor',
  });
  limited(
    'of the user choose all of it',
    'model: anthropic/claude-opus-5-5\nprofile: costly\ngrounding: workspace',
    'off',
    { model: 'anthropic/claude-opus-5-5', profile: 'costly', grounding: 'workspace' },
    'user',
  );

  it('are what the files say now, and one that cannot be used takes none of the others away', async () => {
    const files = [file('broken', 'broken'), file(front(what))];
    const prompts = promptsOf(...files);
    const live = new Prompts({ read: async () => files }, log().log);
    assert.equal((await live.need('review')).text, 'Review {{what}}.');
    files[1] = file(front(what, 'Look at {{what}}.'));
    assert.equal((await live.need('review')).text, 'Look at {{what}}.');
    assert.match(
      (await prompts.problems())[0]?.message ?? '',
      /broken\.prompt\.md in \.causeway\/prompts is not used/,
    );
  });
});
