import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from 'simple-statistics';
import type { ChaosSpec } from '../lib/adapters/embedded/chaos-spec.ts';
import type { DurationMs } from '../lib/core/quantity.ts';
import { lostWork } from '../lib/report/lost-work.ts';
import type { Bench, BenchRow } from './bench.ts';
import { embeddedRuns, type MeasuredRun } from './runner/embedded-runs.ts';

const WORKFLOW = join(import.meta.dirname, '../events/flights.workflow.json');
/** What the workflow's last operation writes. */
const RESULT = 'flights/summary.json';

const SEEDS = [1, 2, 3];

/** One tier alone, as in the bench `flights`; a killed attempt says nothing against its shard, so there are many. */
const SETTINGS = {
  vcpuMax: 2,
  slotMax: 1,
  tiersMiB: [1_769],
  zones: ['local-a', 'local-b', 'local-c'],
  attemptMax: 10,
};

/** The zone goes when the run is well under way, and stays away for half of a run that just meets the target. */
const AWAY_FROM_SHARE = 0.2;
const AWAY_FOR_SHARE = 0.95;

/** Every second a third of the slots is killed at random, and one of three zones is away: is the result the same, and in time? */
export const bench: Bench = {
  name: 'chaos',
  needs: 'two idle processors',
  takes: '60 s',
  async run() {
    const workflow = JSON.parse(await readFile(WORKFLOW, 'utf8'));
    const request = { workflow, settings: SETTINGS, result: RESULT, warmUpCount: 0, count: 1 };
    const calm: MeasuredRun[] = [];
    const harmed: MeasuredRun[] = [];
    for (const _ of SEEDS) calm.push(...(await embeddedRuns(request)));
    const calmMs = median(calm.map(({ wallMs }) => wallMs));
    for (const seed of SEEDS) harmed.push(...(await embeddedRuns({ ...request, chaos: chaosOf(seed, calmMs) })));
    const same = harmed.filter(({ result }) => result === calm[0]?.result);
    const lost = harmed.map(({ report }) => lostWork(report.attempts));
    return {
      figures: {
        calmMs,
        harmedMs: median(harmed.map(({ wallMs }) => wallMs)),
        harmedOverCalm: median(harmed.map(({ wallMs }) => wallMs / calmMs)),
        sameResultShare: same.length / harmed.length,
        killedCount: harmed.reduce((sum, { chaos }) => sum + chaos.killed, 0),
        leastAwayShare: Math.min(...harmed.map(({ wallMs }) => (AWAY_FOR_SHARE * calmMs) / wallMs)),
        lostMs: median(lost.map(({ lostMs }) => lostMs)),
        againMs: median(lost.map(({ againMs }) => againMs)),
      },
      targets: { harmedOverCalm: { atMost: 1.9 }, sameResultShare: { atLeast: 1 }, killedCount: { atLeast: 1 } },
      table: [...calm.map(rowOf('calm')), ...harmed.map(rowOf('harmed'))],
    };
  },
};

function chaosOf(seed: number, calmMs: DurationMs): ChaosSpec {
  const away = { fromMs: AWAY_FROM_SHARE * calmMs, forMs: AWAY_FOR_SHARE * calmMs };
  return {
    seed,
    kill: { share: 1 / 3, everyMs: 1_000 },
    zones: [{ zone: 'local-b', ...away }],
    diskFull: [],
    corrupt: [],
    truncate: [],
  };
}

function rowOf(kind: string): (run: MeasuredRun) => BenchRow {
  return ({ report, wallMs, chaos, othersVcpu }) => {
    const { lostCount, lostMs, againCount, againMs } = lostWork(report.attempts);
    return {
      run: kind,
      'wall, ms': Math.round(wallMs),
      'workers killed': chaos.killed,
      'calls refused': chaos.refused,
      'attempts lost': lostCount,
      'lost work, ms': Math.round(lostMs),
      'shards done again': againCount,
      'work again, ms': Math.round(againMs),
      'other programs, vCPU': Math.round(othersVcpu * 100) / 100,
    };
  };
}
