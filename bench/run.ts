// the handlers' logs are for CloudWatch
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';

import { benchCommand } from './runner/bench-command.ts';

process.exitCode = await benchCommand(import.meta.dirname, process.argv.slice(2));
