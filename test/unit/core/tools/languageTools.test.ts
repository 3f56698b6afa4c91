import assert from 'node:assert/strict';
import { problems } from '../../../../src/core/tools/workspace/language.ts';
import type { LanguageFeatures, WorkspaceFiles } from '../../../../src/core/tools/workspace/sources.ts';

describe('Problems for a model', () => {
  it('have each of their files looked up once, and are told in their order', async () => {
    const asked: string[][] = [];
    const none = async () => assert.fail('is not asked for');
    const files: WorkspaceFiles = {
      place: none,
      placeOf: none,
      read: none,
      list: none,
      shown: async (uris) => {
        asked.push([...uris]);
        return uris.map((uri) => (uri === 'file:///w/.env' ? undefined : uri.slice('file:///w/'.length)));
      },
    };
    const found = ['a.ts', '.env', 'b.ts', 'a.ts'].map((path, index) => ({
      uri: `file:///w/${path}`,
      line: index + 1,
      severity: 'error' as const,
      message: 'No.',
    }));
    const language: LanguageFeatures = {
      symbolsIn: none,
      symbolsNamed: none,
      references: none,
      problems: async () => found,
    };
    const { content } = await problems({ files, language }).call(
      {},
      {
        sessionId: '',
        leafId: '',
        now: 0,
        inContext: new Set(),
        signal: new AbortController().signal,
        masked: async (text) => text,
        append: none,
      },
    );
    assert.equal(content, '3 problems\na.ts:1 error: No.\nb.ts:3 error: No.\na.ts:4 error: No.');
    assert.deepEqual(asked, [['file:///w/a.ts', 'file:///w/.env', 'file:///w/b.ts']]);
  });
});
