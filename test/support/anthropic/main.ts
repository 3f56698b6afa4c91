/** The fake as a process of its own: prints its address as one line of JSON and runs until it is ended. */
import { parseArgs } from 'node:util';
import { startFakeAnthropic } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, key: { type: 'string' } } });
const fake = await startFakeAnthropic({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.key === undefined ? {} : { key: values.key }),
});
console.log(JSON.stringify({ url: fake.url, key: fake.key, port: fake.port }));
