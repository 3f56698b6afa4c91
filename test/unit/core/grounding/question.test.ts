import assert from 'node:assert/strict';
import { PassageIndex } from '../../../../src/core/grounding/passageIndex.ts';
import { findPassages } from '../../../../src/core/grounding/retriever.ts';

const texts: Record<string, string> = {
  'src/limits.ts': 'export function bodyLimit(size: number) {\n  return size < 1024;\n}\n',
  'src/server.ts': 'import { bodyLimit } from "./limits.ts";\n\nexport const take = () => bodyLimit(3);\n',
  'src/colours.ts': 'export function paint(colour: string) {\n  return colour;\n}\n',
  'test/limits.test.ts': 'it("limits the body", () => {\n  assert(bodyLimit(2));\n});\n',
  'test/colours.test.ts': 'it("paints tests", () => {\n  test(paint("red"));\n});\n',
};

async function found(question: string, around?: string): Promise<string[]> {
  const index = new PassageIndex();
  for (const [path, text] of Object.entries(texts)) index.set(path, { uri: path, path, text });
  const asked = { text: question, limit: 5, editors: [], around };
  return (await findPassages(index, asked, async (key) => texts[key])).map(({ path }) => path);
}

describe('A question that says little by itself', () => {
  const answered = 'The size of a body is limited by bodyLimit.';

  it('is understood by what was said before it', async () => {
    assert.notEqual((await found('And where is that tested?'))[0], 'test/limits.test.ts');
    assert.equal((await found('And where is that tested?', answered))[0], 'test/limits.test.ts');
  });

  it('is understood by what is selected', async () => {
    assert.deepEqual(await found('What calls this?'), []);
    assert.ok((await found('What calls this?', 'bodyLimit')).includes('src/server.ts'));
  });

  it('is left as it is where it stands by itself, or nothing was said that is in the workspace', async () => {
    const whole = 'Where is the colour painted red?';
    assert.deepEqual(await found(whole, answered), await found(whole));
    assert.deepEqual(
      await found('And where is that tested?', 'Zebras.'),
      await found('And where is that tested?'),
    );
  });
});
