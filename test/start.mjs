/**
 * `npm start`: VS Code in the browser with Causeway in it, on a machine that has Node (20 or newer) and npm.
 * `npm start -- --help` prints the ways to call it. The steps that need the packages are in `start/main.ts`.
 * Nothing is imported before Node's version is known, so that an old Node says so instead of failing to parse.
 */
const oldest = 20;

if (Number(process.versions.node.split('.')[0]) < oldest) {
  console.error(
    `Causeway needs Node ${oldest} or newer to start; this is Node ${process.versions.node}. See https://nodejs.org.`,
  );
  process.exitCode = 1;
} else {
  begin();
}

async function begin() {
  const { readOptions, usage } = await import('./start/options.mjs');
  const options = readOptions(process.argv.slice(2), process.env.INIT_CWD || process.cwd());
  if (options.help) {
    console.log(usage);
  } else if (options.wrong) {
    console.error(`${options.wrong}\n"npm start -- --help" prints the ways to call it.`);
    process.exitCode = 2;
  } else {
    await prepareAndRun();
  }
}

async function prepareAndRun() {
  const { installPackages, node } = await import('./packages.mjs');
  const unprepared = await installPackages();
  if (unprepared !== undefined) {
    console.error(unprepared);
    process.exitCode = 1;
    return;
  }
  const { spawn } = await import('node:child_process');
  const { fileURLToPath } = await import('node:url');
  const main = fileURLToPath(new URL('./start/main.ts', import.meta.url));
  // The channel closes when this process ends, however it ends, and tells the other one to stop.
  const child = spawn(node, [main, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // A terminal signals both processes, a supervisor only this one; the other decides when both are done.
  let asked = false;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(name, () => {
      asked = true;
      child.kill(name);
    });
  }
  const code = await new Promise((resolve) => child.once('exit', resolve));
  // Without a code it was ended by a signal: by ours, before it listened for signals, or by another.
  process.exit(code ?? (asked ? 0 : 1));
}
