#!/usr/bin/env -S node --single-threaded-gc
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
