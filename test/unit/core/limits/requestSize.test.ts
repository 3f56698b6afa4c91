import assert from 'node:assert/strict';
import { requestSize } from '../../../../src/core/limits/requestSize.ts';

describe('What a relayed request can take', () => {
  const check = (title: string, body: unknown, expected: { open: boolean; pictures: number }) =>
    it(title, () => {
      const bytes = Buffer.from(JSON.stringify(body));
      assert.deepEqual(requestSize(bytes), { bytes: bytes.length, ...expected });
    });
  const told = { open: false, pictures: 0 };

  check(
    'is seen in its bytes where all of it is said',
    { messages: [{ content: 'Ünïcode and "quotes"' }] },
    told,
  );
  check('counts each picture', [{ type: 'image' }, { type: 'image' }], { open: false, pictures: 2 });
  for (const named of [
    ...['url', 'file_id', 'file', 'document', 'container', 'thread', 'mcp_servers', 'skills'],
    ...['web_search', 'web_search_20250305', 'web_fetch_20250910', 'code_execution_20250825'],
    ...['tool_search_tool_bm25', 'advisor_20260301'],
  ])
    check(
      `is open where something is named that is not in it: ${named}`,
      { type: named },
      { ...told, open: true },
    );
  check('is not open for a word that only begins like one', { type: 'urls', skill: 'files' }, told);
  check('is open and has pictures at once', [{ type: 'image', source: { type: 'url' } }], {
    open: true,
    pictures: 1,
  });
});
