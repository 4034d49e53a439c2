import { defineTask } from '../../run/define-task.ts';
import { factKey, type LogFact, mergeFacts } from './incident.ts';
import { fingerprint, LogLine } from './log-line.ts';

/** Lines of a log in; incidents and traffic out, one fact of each for the whole shard, keyed for the shuffle. */
export const logsExtract = defineTask<unknown, unknown>({
  name: 'logs-extract',
  async run({ input, write, signal }) {
    const facts = new Map<string, LogFact>();
    for await (const { records } of input) {
      if (signal.aborted) return;
      for (const record of records) for (const fact of factsOf(LogLine.parse(record))) add(facts, fact);
    }
    for (const [key, fact] of facts) write(fact, key);
  },
});

function add(facts: Map<string, LogFact>, fact: LogFact): void {
  const key = factKey(fact);
  const before = facts.get(key);
  facts.set(key, before ? mergeFacts(before, fact) : fact);
}

function factsOf(line: LogLine): readonly LogFact[] {
  const { service, at, level, latencyMs } = line;
  const traffic: LogFact = {
    kind: 'traffic',
    service,
    lineCount: 1,
    errorCount: level === 'error' ? 1 : 0,
    requestCount: latencyMs === undefined ? 0 : 1,
    latencyMs: latencyMs ?? 0,
  };
  if (level !== 'error') return [traffic];
  return [traffic, { kind: 'incident', fingerprint: fingerprint(line), service, count: 1, firstAt: at, lastAt: at }];
}
