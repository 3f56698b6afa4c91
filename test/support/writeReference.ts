/** `npm run docs`: writes docs/reference.md from the document that the bridge gives. */
import { writeFileSync } from 'node:fs';
import { call, startTestBridge } from '../conformance/bridge/support.ts';
import { referencePage } from './referencePage.ts';

const bridge = await startTestBridge();
try {
  const { body } = await call(bridge, 'GET', '/openapi.json');
  writeFileSync(new URL('../../docs/reference.md', import.meta.url), referencePage(body));
} finally {
  await bridge.close();
}
