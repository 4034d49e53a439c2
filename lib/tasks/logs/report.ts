import * as z from 'zod';
import { byCodeUnit } from '../../core/by-code-unit.ts';
import { defineTask } from '../../run/define-task.ts';
import type { Incident, LogFact, Traffic } from './incident.ts';

const ReportParams = z.strictObject({
  /** Incidents that are listed, the most frequent first. */
  incidentMax: z.int().positive().default(20),
});

/** Merged facts in; the most frequent incidents and every service out, in an order that does not change. */
export const logsReport = defineTask<z.infer<typeof ReportParams>, LogFact>({
  name: 'logs-report',
  params: ReportParams,
  async run({ params, input, write }) {
    const incidents: Incident[] = [];
    const services: Traffic[] = [];
    for await (const { records } of input) {
      for (const fact of records) {
        if (fact.kind === 'incident') incidents.push(fact);
        else services.push(fact);
      }
    }
    incidents.sort((a, b) => b.count - a.count || byCodeUnit(a.fingerprint, b.fingerprint));
    for (const incident of incidents.slice(0, params.incidentMax)) write(incident);
    for (const service of services.sort((a, b) => byCodeUnit(a.service, b.service))) write(serviceLine(service));
  },
});

function serviceLine({ service, lineCount, errorCount, requestCount, latencyMs }: Traffic) {
  return {
    kind: 'service',
    service,
    lineCount,
    errorShare: Number((errorCount / lineCount).toFixed(4)),
    meanLatencyMs: requestCount === 0 ? null : Number((latencyMs / requestCount).toFixed(1)),
  };
}
