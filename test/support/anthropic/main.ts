/** The fake as a process of its own: prints its address as one line of JSON and runs until it is ended. */
import { startFakeAnthropic } from './server.ts';

const at = process.argv.indexOf('--port');
const fake = await startFakeAnthropic(at < 0 ? {} : { port: Number(process.argv[at + 1]) });
console.log(JSON.stringify({ url: fake.url, key: fake.key, port: fake.port }));
