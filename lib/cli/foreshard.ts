#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';

await runCommandLine(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  environment: process.env,
  exit: (code) => {
    process.exitCode = code;
  },
});
