import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedRuntime } from '../../lib/adapters/embedded/embedded-runtime.ts';
import type { EmbeddedSettings } from '../../lib/adapters/embedded/machine-settings.ts';
import { executeRun, startRuntime } from '../../lib/cli/execute-run.ts';
import type { RunReport } from '../../lib/report/run-report.ts';

const TASKS = join(import.meta.dirname, '../fixtures/tasks.ts');

export interface Embedded extends AsyncDisposable {
  readonly home: string;
  readonly runtime: EmbeddedRuntime;
  /** Runs a workflow to its end. */
  run(name: string, workflow: object): Promise<RunReport>;
  /** Records that an operation without successors has written, in the order of its shards. */
  outputOf(report: RunReport, operation: string): Promise<readonly unknown[]>;
}

/** The embedded system in a folder of its own, with the tasks of the tests. */
export async function embedded(settings: EmbeddedSettings = {}, tasks: string | undefined = TASKS): Promise<Embedded> {
  const home = await mkdtemp(join(tmpdir(), 'foreshard-'));
  const runtime = await startRuntime({ home, tasks, settings });
  return {
    home,
    runtime,
    async run(name, workflow) {
      const request = { run: name, workflow, signal: new AbortController().signal, tell: () => {} };
      const report = await executeRun(runtime, request);
      if (!report) throw new Error(`run '${name}' was interrupted`);
      return report;
    },
    async outputOf(report, operation) {
      const locations = report.outputs.find((output) => output.operation === operation)?.locations ?? [];
      const records: unknown[] = [];
      for (const location of locations) {
        const text = new TextDecoder().decode(await runtime.services.objects.get(location));
        for (const line of text.split('\n')) if (line !== '') records.push(JSON.parse(line));
      }
      return records;
    },
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A file of `count` lines `{"value": 0}`, `{"value": 1}`, ... in the folder. */
export async function linesFile(folder: string, count: number): Promise<string> {
  const path = join(folder, 'lines.ndjson');
  await writeFile(path, Array.from({ length: count }, (_, value) => `${JSON.stringify({ value })}\n`).join(''));
  return `file:${path}`;
}
