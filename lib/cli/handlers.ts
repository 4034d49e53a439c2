import { handler as aborter } from '../../functions/aborter.ts';
import { handler as allocator } from '../../functions/allocator.ts';
import { handler as dispatcher } from '../../functions/dispatcher.ts';
import { handler as finisher } from '../../functions/finisher.ts';
import { handler as forecaster } from '../../functions/forecaster.ts';
import { handler as monitor } from '../../functions/monitor.ts';
import { handler as profiler } from '../../functions/profiler.ts';
import { handler as recovery } from '../../functions/recovery.ts';
import { handler as refresher } from '../../functions/refresher.ts';
import { handler as reserver } from '../../functions/reserver.ts';
import { handler as resharder } from '../../functions/resharder.ts';
import { handler as sharder } from '../../functions/sharder.ts';
import { handler as sweeper } from '../../functions/sweeper.ts';
import { handler as trainer } from '../../functions/trainer.ts';
import type { LambdaHandler } from '../adapters/embedded/lambda-context.ts';

/** The stages that run in this process: the very handlers that go to Lambda, by their names in `infra/*.asl.json`. */
export const handlers: ReadonlyMap<string, LambdaHandler> = new Map<string, LambdaHandler>(
  Object.entries({
    aborter,
    allocator,
    dispatcher,
    finisher,
    forecaster,
    monitor,
    profiler,
    recovery,
    refresher,
    reserver,
    resharder,
    sharder,
    sweeper,
    trainer,
  }),
);
