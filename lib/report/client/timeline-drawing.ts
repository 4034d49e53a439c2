/**
 * The part of the timeline's script that draws the attempts: see timeline-model.ts. An attempt that would cover only a
 * pixel that is already covered is not drawn, so that 100,000 of them cost no more than the pixels they fall on; failed
 * ones come last and are always seen.
 */
export const timelineDrawing = `
let colours = {};
function readColours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue('--' + name).trim();
  colours = { operations: data.operations.map((one) => read('operation-' + one.colour)) };
  for (const name of ['ink', 'muted', 'line', 'surface', 'bad', 'accent', 'sunken']) colours[name] = read(name);
}

function drawRows() {
  pen.textAlign = 'left';
  for (const zone of zones) {
    pen.fillStyle = colours.ink;
    pen.font = '600 12px ' + FONT;
    pen.fillText(zone.name, 0, zone.top + 15);
    pen.font = '11px ' + FONT;
    pen.fillStyle = colours.muted;
    pen.fillText(zone.count + (zone.count === 1 ? ' slot' : ' slots'), GUTTER + 4, zone.top + 15);
  }
  pen.font = '11px ' + FONT;
  rowTops.forEach((top, row) => {
    if (rowHeight >= 6) {
      pen.fillStyle = colours.sunken;
      pen.fillRect(GUTTER, top, plotWidth(), rowHeight - 1);
    }
    if (rowHeight < 11) return;
    pen.fillStyle = colours.muted;
    const before = data.slots.slice(0, row).filter((one) => one.zone === data.slots[row].zone && one.memoryMiB === data.slots[row].memoryMiB);
    pen.fillText(data.slots[row].memoryMiB + ' MiB · ' + (before.length + 1), 0, top + rowHeight / 2 + 4);
  });
}

function visible(at) {
  return startMs[at] + durationMs[at] >= view.fromMs && startMs[at] <= view.toMs;
}

function drawAttempts() {
  const failed = [];
  for (let row = 0; row < rowTops.length; row += 1) {
    let covered = -1;
    for (let at = first[row]; at < first[row + 1]; at += 1) {
      if (!visible(at)) continue;
      if (outcome[at] === FAILED) { failed.push(at); continue; }
      const from = Math.max(GUTTER, xOf(startMs[at]));
      const to = Math.min(width - RIGHT, xOf(startMs[at] + durationMs[at]));
      if (to - from < 1 && Math.floor(to) === covered) continue;
      covered = Math.floor(to);
      drawAttempt(at, from, to, rowTops[row]);
    }
  }
  for (const at of failed) drawFailed(at);
  pen.globalAlpha = 1;
}

function drawAttempt(at, from, to, top) {
  const tall = rowHeight > 4 ? rowHeight - 1 : rowHeight;
  const gap = to - from > 4 ? 0.75 : 0;
  const wide = Math.max(0.8, to - from - gap);
  pen.globalAlpha = view.only.size === 0 || view.only.has(operation[at]) ? 1 : 0.12;
  pen.fillStyle = colours.operations[operation[at]];
  if (outcome[at] === LOST && wide > 5 && tall > 5) {
    pen.strokeStyle = pen.fillStyle;
    pen.setLineDash([3, 2]);
    pen.strokeRect(from + 0.75, top + 0.75, wide - 1.5, tall - 1.5);
    pen.setLineDash([]);
    return;
  }
  fillBar(from, top, wide, tall);
  if (epoch[at] > 1 && wide > 9 && tall > 6) {
    pen.fillStyle = colours.surface;
    pen.beginPath();
    pen.moveTo(from, top);
    pen.lineTo(from + 7, top);
    pen.lineTo(from, top + 7);
    pen.fill();
  }
}

/** A path for each of many thin bars would cost ten times as much as the bars. */
function fillBar(x, y, wide, tall) {
  if (wide <= 6 || tall <= 6) return pen.fillRect(x, y, wide, tall);
  pen.beginPath();
  pen.roundRect(x, y, wide, tall, 2);
  pen.fill();
}

function drawFailed(at) {
  const from = Math.max(GUTTER, xOf(startMs[at]));
  const wide = Math.max(1.5, Math.min(width - RIGHT, xOf(startMs[at] + durationMs[at])) - from - 0.75);
  const top = rowTops[slot[at]];
  const tall = rowHeight > 4 ? rowHeight - 1 : rowHeight;
  pen.globalAlpha = view.only.size === 0 || view.only.has(operation[at]) ? 1 : 0.12;
  pen.fillStyle = colours.bad;
  fillBar(from, top, wide, tall);
  if (wide < 9 || tall < 9) return;
  const x = from + wide / 2, y = top + tall / 2;
  pen.strokeStyle = colours.surface;
  pen.lineWidth = 1.6;
  pen.beginPath();
  pen.moveTo(x - 3, y - 3); pen.lineTo(x + 3, y + 3);
  pen.moveTo(x + 3, y - 3); pen.lineTo(x - 3, y + 3);
  pen.stroke();
  pen.lineWidth = 1;
}

function drawBusy() {
  const columns = Math.max(1, Math.floor(plotWidth()));
  const change = new Float64Array(columns + 2);
  const perMs = columns / (view.toMs - view.fromMs);
  const add = (x, by) => {
    const left = Math.max(0, Math.min(columns, x)), whole = Math.floor(left);
    change[whole] += by * (1 - (left - whole));
    change[whole + 1] += by * (left - whole);
  };
  for (let at = 0; at < slot.length; at += 1) {
    add((startMs[at] - view.fromMs) * perMs, 1);
    add((startMs[at] + durationMs[at] - view.fromMs) * perMs, -1);
  }
  const most = Math.max(1, data.slots.length, ...data.granted.map((step) => step[1]));
  const base = MARK_LANE + BUSY_LANE - 6;
  const yOf = (count) => base - (count / most) * (BUSY_LANE - 14);
  pen.fillStyle = colours.accent;
  pen.globalAlpha = 0.28;
  pen.beginPath();
  pen.moveTo(GUTTER, base);
  let busy = 0;
  for (let x = 0; x < columns; x += 1) {
    busy += change[x];
    pen.lineTo(GUTTER + x, yOf(busy));
    pen.lineTo(GUTTER + x + 1, yOf(busy));
  }
  pen.lineTo(GUTTER + columns, base);
  pen.fill();
  pen.globalAlpha = 1;
  drawGranted(yOf);
  pen.textAlign = 'left';
  pen.font = '600 12px ' + FONT;
  pen.fillStyle = colours.ink;
  pen.fillText('Busy slots', 0, base - 22);
  pen.font = '11px ' + FONT;
  pen.fillStyle = colours.muted;
  pen.fillText('of ' + most, 0, base - 7);
}

function drawGranted(yOf) {
  pen.strokeStyle = colours.accent;
  pen.lineWidth = 1.5;
  pen.beginPath();
  let count = 0;
  pen.moveTo(GUTTER, yOf(0));
  for (const [ms, after] of data.granted) {
    const x = Math.max(GUTTER, Math.min(width - RIGHT, xOf(ms)));
    pen.lineTo(x, yOf(count));
    pen.lineTo(x, yOf(after));
    count = after;
  }
  pen.lineTo(width - RIGHT, yOf(count));
  pen.stroke();
  pen.lineWidth = 1;
}

function drawMoment(ms, text, colour, dash) {
  const x = Math.round(xOf(ms)) + 0.5;
  if (x < GUTTER || x > width) return;
  pen.strokeStyle = colour;
  pen.setLineDash(dash);
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(x, MARK_LANE - 4);
  pen.lineTo(x, bottom);
  pen.stroke();
  pen.setLineDash([]);
  pen.lineWidth = 1;
  pen.fillStyle = colour;
  pen.textAlign = x > width - 90 ? 'right' : 'center';
  pen.fillText(text, x > width - 90 ? Math.min(x + 4, width) : x, 11);
}

function drawMarks() {
  for (const mark of data.marks) {
    const x = xOf(mark.atMs);
    if (x < GUTTER || x > width - RIGHT) continue;
    pen.beginPath();
    pen.moveTo(x, 4); pen.lineTo(x + 6, 10); pen.lineTo(x, 16); pen.lineTo(x - 6, 10);
    pen.closePath();
    pen.fillStyle = mark.taken ? colours.ink : colours.surface;
    pen.strokeStyle = colours.ink;
    pen.fill();
    pen.stroke();
  }
}

function drawSelected() {
  const at = view.selected;
  if (at < 0) return;
  const from = Math.max(GUTTER, xOf(startMs[at]));
  const wide = Math.max(3, Math.min(width - RIGHT, xOf(startMs[at] + durationMs[at])) - from);
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 2;
  pen.strokeRect(from - 1, rowTops[slot[at]] - 1, wide + 1, rowHeight + 1);
  pen.lineWidth = 1;
}

function draw() {
  const ratio = Math.min(window.devicePixelRatio || 1, 16000 / height);
  width = canvas.parentElement.clientWidth;
  canvas.style.height = height + 'px';
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = '11px ' + FONT;
  drawRows();
  drawAxis();
  drawBusy();
  drawAttempts();
  drawMoment(data.plannedEndMs, 'planned', colours.muted, [4, 3]);
  drawMoment(data.deadlineMs, 'deadline', colours.bad, []);
  drawMarks();
  drawSelected();
}
`;
