import { describe, expect, it } from 'vitest';
import { timelineData } from '../../lib/report/timeline-data.ts';
import { runReport } from '../fixtures/run-report.ts';

/** As the client decodes a column. */
function decoded<Numbers>(text: string, type: new (buffer: ArrayBuffer) => Numbers): Numbers {
  return new type(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}

describe('timelineData', () => {
  const report = runReport();
  const data = timelineData(report);

  it('gives every attempt back that was packed', () => {
    const operation = decoded(data.columns.operation, Uint16Array);
    const slot = decoded(data.columns.slot, Uint16Array);
    const startMs = decoded(data.columns.startMs, Uint32Array);
    const durationMs = decoded(data.columns.durationMs, Uint32Array);
    const index = decoded(data.columns.index, Uint32Array);
    const epoch = decoded(data.columns.epoch, Uint8Array);
    const outcome = decoded(data.columns.outcome, Uint8Array);
    const labels = new Map(data.labels);
    const errors = new Map(data.errors);
    const unpacked = [...operation.keys()].map((at) => ({
      shard: labels.get(at) ?? `${data.operations[operation[at] ?? 0]?.id}/${index[at]}`,
      slot: data.slots[slot[at] ?? 0]?.id,
      zone: data.slots[slot[at] ?? 0]?.zone,
      startedAt: (startMs[at] ?? 0) + report.startedAt,
      durationMs: durationMs[at],
      epoch: epoch[at],
      outcome: ['committed', 'failed', 'lost'][outcome[at] ?? 0],
      error: errors.get(at),
    }));
    const packed = report.attempts.map(
      ({ shard, slot: id, zone, startedAt, durationMs: ms, epoch: nth, outcome: how, error }) => ({
        shard,
        slot: id,
        zone,
        startedAt,
        durationMs: ms,
        epoch: nth,
        outcome: how,
        error,
      }),
    );
    const byKey = (a: { shard: string; epoch: number | undefined }, b: typeof a) =>
      `${a.shard} ${a.epoch}` < `${b.shard} ${b.epoch}` ? -1 : 1;
    expect(unpacked.sort(byKey)).toEqual(packed.sort(byKey));
  });

  it('tells a copy from the attempt beside it', () => {
    const [first] = report.attempts;
    if (!first) throw new Error('the report has no attempt');
    const { labels } = timelineData({ ...report, attempts: [{ ...first, copy: `${first.shard}~1` }] });
    expect(labels).toEqual([[0, `${first.shard}, copy`]]);
  });

  it('puts the rows of a zone together and the attempts of a slot in the order of time', () => {
    const zones = data.slots.map(({ zone }) => zone);
    expect(zones.filter((zone, row) => zone !== zones[row - 1])).toHaveLength(new Set(zones).size);
    const [zone] = zones;
    const tiersMiB = data.slots.filter((one) => one.zone === zone).map(({ memoryMiB }) => memoryMiB);
    expect(tiersMiB).toEqual([1_769, 1_769, 1_769, 1_769, 3_538, 3_538, 3_538, 3_538]);
    const slot = decoded(data.columns.slot, Uint16Array);
    const startMs = decoded(data.columns.startMs, Uint32Array);
    for (let at = 1; at < slot.length; at += 1) {
      const [row = 0, before = 0] = [slot[at], slot[at - 1]];
      expect(row).toBeGreaterThanOrEqual(before);
      if (row === before) expect(startMs[at]).toBeGreaterThanOrEqual(startMs[at - 1] ?? 0);
    }
  });

  it('adds up what is granted at each moment', () => {
    const most = report.promise.grants.reduce((sum, { slotCount }) => sum + slotCount, 0);
    expect(Math.max(...data.granted.map(([, count]) => count))).toBe(most);
    expect(data.granted.at(-1)?.[1]).toBe(0);
  });
});
