/**
 * The part of the timeline's script that decodes the packed attempts of timeline-data.ts and lays out the rows: runs in
 * a browser, inside the one function of client-script.ts.
 */
export const timelineModel = `
const data = JSON.parse(document.getElementById('timeline-data').textContent);
const canvas = document.getElementById('timeline-canvas');
const pen = canvas.getContext('2d');
const COMMITTED = 0, FAILED = 1, LOST = 2;
const GUTTER = 112, RIGHT = 14, MARK_LANE = 20, BUSY_LANE = 64, ZONE_HEAD = 22, AXIS = 26;

const numbers = (text, Type) => {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return new Type(bytes.buffer);
};
const operation = numbers(data.columns.operation, Uint16Array);
const slot = numbers(data.columns.slot, Uint16Array);
const startMs = numbers(data.columns.startMs, Uint32Array);
const durationMs = numbers(data.columns.durationMs, Uint32Array);
const shardIndex = numbers(data.columns.index, Uint32Array);
const epoch = numbers(data.columns.epoch, Uint8Array);
const outcome = numbers(data.columns.outcome, Uint8Array);
const labels = new Map(data.labels);
const errors = new Map(data.errors);

const first = new Uint32Array(data.slots.length + 1);
for (let at = 0; at < slot.length; at += 1) first[slot[at] + 1] += 1;
for (let row = 0; row < data.slots.length; row += 1) first[row + 1] += first[row];

const near = Math.max(data.lengthMs, data.plannedEndMs);
const wholeMs = 1.02 * Math.max(1, data.deadlineMs <= 1.6 * near ? Math.max(near, data.deadlineMs) : near);
const view = { fromMs: 0, toMs: wholeMs, selected: -1, only: new Set() };

const rowHeight = Math.max(2, Math.min(20, Math.floor(440 / Math.max(1, data.slots.length))));
const rowTops = [];
const zones = [];
let bottom = MARK_LANE + BUSY_LANE;
data.slots.forEach((one, row) => {
  if (row === 0 || data.slots[row - 1].zone !== one.zone) {
    zones.push({ name: one.zone, top: bottom, count: data.slots.filter((other) => other.zone === one.zone).length });
    bottom += ZONE_HEAD;
  }
  rowTops.push(bottom);
  bottom += rowHeight;
});
const height = bottom + AXIS;
let width = 0;
const plotWidth = () => width - GUTTER - RIGHT;
const xOf = (ms) => GUTTER + ((ms - view.fromMs) / (view.toMs - view.fromMs)) * plotWidth();
`;
