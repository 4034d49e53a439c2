import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import type { Sample } from '../../lib/profile/profile.ts';
import { needData } from '../need-data.ts';

/** The tasks of one recorded workflow, each as the sample that it would have left. */
export interface RecordedRun {
  /** The workflow without its size: runs of one application are alike. */
  readonly application: string;
  readonly run: string;
  readonly tasks: readonly { readonly type: string; readonly sample: Sample }[];
}

/** What of WfFormat 1.5 a sample is made of. */
const Instance = z.object({
  workflow: z.object({
    specification: z.object({
      tasks: z.array(z.object({ id: z.string(), name: z.string(), inputFiles: z.array(z.string()).default([]) })),
      files: z.array(z.object({ id: z.string(), sizeInBytes: z.number().default(0) })).default([]),
    }),
    execution: z.object({
      tasks: z.array(
        z.object({ id: z.string(), runtimeInSeconds: z.number().default(0), memoryInBytes: z.number().default(0) }),
      ),
    }),
  }),
});

const TIER_MIB = 1_769;
const MIB = 1_048_576;

/** @param data a folder with `workflows/*.json.gz` */
export async function readRecordedRuns(data: string | undefined): Promise<readonly RecordedRun[]> {
  const folder = needData(data, 'workflows');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json.gz')).sort();
  return Promise.all(files.map(async (file) => readRun(file, await readFile(join(folder, file)))));
}

function readRun(file: string, content: Buffer): RecordedRun {
  const { specification, execution } = Instance.parse(JSON.parse(gunzipSync(content).toString())).workflow;
  const sizes = new Map(specification.files.map(({ id, sizeInBytes }) => [id, sizeInBytes]));
  const executed = new Map(execution.tasks.map((task) => [task.id, task]));
  const run = file.replace('.json.gz', '');
  const tasks = specification.tasks.map(({ id, name, inputFiles }) => {
    const { runtimeInSeconds = 0, memoryInBytes = 0 } = executed.get(id) ?? {};
    const bytesIn = inputFiles.reduce((sum, input) => sum + (sizes.get(input) ?? 0), 0);
    return {
      type: name.replace(/[_-]?(ID)?\d+$/, ''),
      sample: sampleOf({ run, id, bytesIn, runtimeInSeconds, memoryInBytes }),
    };
  });
  return { application: run.split('-')[0] ?? run, run, tasks };
}

interface Recorded {
  readonly run: string;
  readonly id: string;
  readonly bytesIn: number;
  readonly runtimeInSeconds: number;
  readonly memoryInBytes: number;
}

function sampleOf({ run, id, bytesIn, runtimeInSeconds, memoryInBytes }: Recorded): Sample {
  const durationMs = 1_000 * runtimeInSeconds;
  return {
    run,
    shard: id,
    epoch: 1,
    memoryTierMiB: TIER_MIB,
    startedAt: 0,
    durationMs,
    startDelayMs: 0,
    cold: false,
    bytesIn,
    recordsIn: 0,
    bytesOut: 0,
    cpuMs: durationMs,
    peakMemoryMiB: memoryInBytes / MIB,
    ioMs: 0,
    networkBytes: bytesIn,
    context: {},
  };
}
