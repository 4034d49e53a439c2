import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChaosCounts } from '../../lib/adapters/embedded/chaos-functions.ts';
import type { ChaosSpec } from '../../lib/adapters/embedded/chaos-spec.ts';
import type { EmbeddedSettings } from '../../lib/adapters/embedded/machine-settings.ts';
import { executeRun, startRuntime } from '../../lib/cli/execute-run.ts';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import type { ObjectLocation } from '../../lib/ports/object-store.ts';
import type { RunReport } from '../../lib/report/run-report.ts';

export interface RunsRequest {
  readonly workflow: object;
  readonly settings: EmbeddedSettings;
  /** Runs that are not measured: threads start, code is compiled, the profile learns. */
  readonly warmUpCount: number;
  readonly count: number;
  /** What goes wrong meanwhile. */
  readonly chaos?: ChaosSpec;
  /** An object that each run writes anew, to be read after it. */
  readonly result?: ObjectLocation;
}

export interface MeasuredRun {
  readonly report: RunReport;
  /** From the start of the execution to the report in hand. */
  readonly wallMs: number;
  /** Of all committed attempts. */
  readonly taskCpuMs: number;
  /** Processors that other programs kept busy meanwhile, on average: above a tenth the figures say little. */
  readonly othersVcpu: number;
  /** What chaos has done to the workers since the runtime started. */
  readonly chaos: ChaosCounts;
  /** The object that was asked for, as text. */
  readonly result: string | undefined;
}

/**
 * Runs a workflow several times in a runtime of its own, in this process, one run after the other.
 *
 * @throws {ForeshardError} `TaskFailed` when a run leaves something undone
 */
export async function embeddedRuns(request: RunsRequest): Promise<readonly MeasuredRun[]> {
  const home = await mkdtemp(join(tmpdir(), 'foreshard-bench-'));
  const runtime = await startRuntime({ home, settings: request.settings, chaos: request.chaos });
  try {
    const runs: MeasuredRun[] = [];
    for (let number = 0; number < request.warmUpCount + request.count; number += 1) {
      const machine = machineLoad();
      const startedAt = performance.now();
      const run = { run: `bench-${number}`, workflow: request.workflow, signal: new AbortController().signal };
      const report = await executeRun(runtime, { ...run, tell: () => {} });
      const wallMs = performance.now() - startedAt;
      if (report === undefined || report.outcome === 'incomplete') throw undone(run.run);
      const othersVcpu = machine.othersMs() / wallMs;
      const bytes = request.result === undefined ? undefined : await runtime.services.objects.get(request.result);
      const result = bytes && new TextDecoder().decode(bytes);
      runs.push({ report, wallMs, taskCpuMs: taskCpuMs(report), othersVcpu, chaos: runtime.chaosCounts(), result });
    }
    return runs.slice(request.warmUpCount);
  } finally {
    await runtime.close();
    await rm(home, { recursive: true, force: true });
  }
}

function taskCpuMs({ attempts }: RunReport): number {
  return attempts.filter(({ outcome }) => outcome === 'committed').reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Looks at what the machine does beside this process from now on. */
function machineLoad() {
  const busyAtStartMs = busyMs();
  const ownAtStart = process.cpuUsage();
  return {
    othersMs() {
      const { user, system } = process.cpuUsage(ownAtStart);
      return Math.max(0, busyMs() - busyAtStartMs - (user + system) / 1_000);
    },
  };
}

function busyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

function undone(run: string): ForeshardError {
  return new ForeshardError('TaskFailed', `run '${run}' ended without some of its shards, so nothing was measured`);
}
