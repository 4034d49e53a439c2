#!/usr/bin/env -S node --single-threaded-gc
/** The oldest Node.js that has what the code uses; an older one would stop at the first import, with a word about that. */
const NODE_MAJOR = 24;

const version = process.versions.node;
if (Number.parseInt(version, 10) < NODE_MAJOR) {
  process.stderr.write(
    `error: Foreshard needs Node.js ${NODE_MAJOR}, this is ${version}; start it with npx foreshard, which finds the one that was installed with it, or install Node.js ${NODE_MAJOR}\n`,
  );
  process.exit(1);
}

/** The handlers' logs are for CloudWatch: here standard output belongs to the answer. Set before any handler is loaded. */
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';

/** A reader that has seen enough (`| head`) is no failure, and a run goes on without it. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const { runCommandLine } = await import('./run-command-line.ts');

await runCommandLine(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  environment: process.env,
  exit: (code) => {
    process.exitCode = code;
  },
});
