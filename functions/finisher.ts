import * as z from 'zod';
import { endRun } from '../lib/recover/end-run.ts';
import { stopSlots } from '../lib/recover/stop-slots.ts';
import { buildReport } from '../lib/report/build-report.ts';
import { loadReport } from '../lib/report/load-report.ts';
import { runMetrics } from '../lib/report/run-metrics.ts';
import { runSummary } from '../lib/report/run-summary.ts';
import { orphansLeft } from '../lib/run/orphans-left.ts';
import { writeDocument } from '../lib/run/run-document.ts';
import { stage } from './stage.ts';

/** State `Finish`: the run is over, whatever could be done is done; its report is written and its slots are free. */
export const handler = stage({
  name: 'finisher',
  input: z.strictObject({ run: z.string(), execution: z.string() }),
  async run({ run, execution }, services) {
    const { objects, replicas } = services;
    await stopSlots(run, services);
    const facts = await loadReport(run, services);
    const report = buildReport({ ...facts, aborted: false });
    await writeDocument(objects, { run, name: 'report' }, report);
    await endRun({ run, execution, outcome: report.outcome }, facts.pools, services);
    services.metrics.emit(runMetrics(report));
    const stores = [objects, ...(replicas ? [replicas] : [])];
    const left = await orphansLeft(stores, run, { shards: facts.records, copyCount: facts.copies.length });
    return runSummary(report, left);
  },
});
