import { benchCommand } from './runner/bench-command.ts';

process.exitCode = await benchCommand(import.meta.dirname, process.argv.slice(2));
