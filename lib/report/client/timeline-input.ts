/** The part of the timeline's script that answers to pointer, keyboard and buttons: see timeline-drawing.ts. */
export const timelineInput = `
const tip = document.getElementById('timeline-tip');
const detail = document.getElementById('timeline-detail');
const OUTCOMES = ['committed', 'failed', 'lost a race'];
let planned = 0;
function drawSoon() {
  if (planned === 0) planned = requestAnimationFrame(() => { planned = 0; draw(); });
}

function shardName(at) {
  return labels.get(at) || data.operations[operation[at]].id + '/' + shardIndex[at];
}

function describe(at) {
  const where = data.slots[slot[at]];
  const error = errors.get(at);
  return [
    shardName(at),
    OUTCOMES[outcome[at]] + (error ? ' (' + error + ')' : '') + (epoch[at] > 1 ? ', attempt ' + epoch[at] : ''),
    'started after ' + durationText(startMs[at]) + ', took ' + durationText(durationMs[at]),
    'slot ' + where.id + ' in ' + where.zone,
  ];
}

function attemptAt(x, y) {
  const row = rowTops.findIndex((top) => y >= top && y < top + rowHeight);
  if (row < 0 || x < GUTTER) return -1;
  const ms = view.fromMs + ((x - GUTTER) / plotWidth()) * (view.toMs - view.fromMs);
  const slackMs = (3 * (view.toMs - view.fromMs)) / plotWidth();
  return nearest(row, ms, slackMs);
}

function nearest(row, ms, slackMs) {
  let low = first[row], high = first[row + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startMs[middle] <= ms) low = middle + 1; else high = middle;
  }
  const near = [low - 1, low].filter((at) => at >= first[row] && at < first[row + 1]);
  const away = (at) => Math.max(startMs[at] - ms, ms - startMs[at] - durationMs[at], 0);
  near.sort((a, b) => away(a) - away(b));
  return near.length > 0 && away(near[0]) <= slackMs ? near[0] : -1;
}

function markAt(x, y) {
  return y > MARK_LANE ? undefined : data.marks.find((mark) => Math.abs(xOf(mark.atMs) - x) < 7);
}

function showTip(lines, x, y) {
  tip.replaceChildren(...lines.map((line, index) => {
    const element = document.createElement(index === 0 ? 'strong' : 'span');
    element.textContent = line;
    return element;
  }));
  tip.hidden = false;
  tip.style.left = Math.max(0, Math.min(x + 14, width - tip.offsetWidth)) + 'px';
  tip.style.top = y + 18 + 'px';
}

function select(at) {
  view.selected = at;
  detail.textContent = describe(at).join(', ');
  const middle = startMs[at] + durationMs[at] / 2;
  if (middle < view.fromMs || middle > view.toMs) move(middle - (view.fromMs + view.toMs) / 2);
  drawSoon();
}

function move(byMs) {
  const spanMs = view.toMs - view.fromMs;
  view.fromMs = Math.max(0, Math.min(wholeMs - spanMs, view.fromMs + byMs));
  view.toMs = view.fromMs + spanMs;
}

function zoom(factor, aroundMs) {
  const spanMs = Math.max(10, Math.min(wholeMs, (view.toMs - view.fromMs) * factor));
  const share = (aroundMs - view.fromMs) / (view.toMs - view.fromMs);
  view.fromMs = aroundMs - share * spanMs;
  view.toMs = view.fromMs + spanMs;
  move(0);
  drawSoon();
}

function middleMs() {
  const at = view.selected;
  return at < 0 ? (view.fromMs + view.toMs) / 2 : startMs[at] + durationMs[at] / 2;
}

function step(key) {
  const at = view.selected;
  if (at < 0) return 0;
  const row = slot[at];
  if (key === 'ArrowRight') return Math.min(at + 1, first[row + 1] - 1);
  if (key === 'ArrowLeft') return Math.max(at - 1, first[row]);
  if (key === 'Home') return first[row];
  if (key === 'End') return first[row + 1] - 1;
  const other = row + (key === 'ArrowDown' ? 1 : -1);
  return other < 0 || other >= rowTops.length ? at : nearest(other, middleMs(), Infinity);
}

const STEPS = ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'Home', 'End'];
canvas.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (STEPS.includes(event.key) && slot.length > 0) select(step(event.key));
  else if (event.key === '+' || event.key === '=') zoom(0.5, middleMs());
  else if (event.key === '-') zoom(2, middleMs());
  else if (event.key === '0') zoom(Infinity, 0);
  else return;
  event.preventDefault();
});

let dragged;
canvas.addEventListener('pointerdown', (event) => {
  dragged = { x: event.offsetX, moved: false };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener('pointermove', (event) => {
  if (dragged && Math.abs(event.offsetX - dragged.x) > 2) {
    move(((dragged.x - event.offsetX) / plotWidth()) * (view.toMs - view.fromMs));
    dragged = { x: event.offsetX, moved: true };
    tip.hidden = true;
    drawSoon();
    return;
  }
  const mark = markAt(event.offsetX, event.offsetY);
  const at = attemptAt(event.offsetX, event.offsetY);
  if (mark) showTip([mark.text, mark.taken ? 'made' : 'not made', 'after ' + durationText(mark.atMs)], event.offsetX, event.offsetY);
  else if (at >= 0) showTip(describe(at), event.offsetX, event.offsetY);
  else tip.hidden = true;
});
canvas.addEventListener('pointerup', (event) => {
  const at = attemptAt(event.offsetX, event.offsetY);
  if (dragged && !dragged.moved && at >= 0) select(at);
  dragged = undefined;
});
canvas.addEventListener('pointerleave', () => { tip.hidden = true; });
canvas.addEventListener('wheel', (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(event.deltaY < 0 ? 0.8 : 1.25, view.fromMs + ((event.offsetX - GUTTER) / plotWidth()) * (view.toMs - view.fromMs));
}, { passive: false });

document.getElementById('timeline-in').addEventListener('click', () => zoom(0.5, middleMs()));
document.getElementById('timeline-out').addEventListener('click', () => zoom(2, middleMs()));
document.getElementById('timeline-all').addEventListener('click', () => zoom(Infinity, 0));
for (const button of document.querySelectorAll('button[data-operation]')) {
  const index = data.operations.findIndex((one) => one.id === button.dataset.operation);
  button.addEventListener('click', () => {
    if (!view.only.delete(index)) view.only.add(index);
    button.setAttribute('aria-pressed', String(view.only.has(index)));
    drawSoon();
  });
}

// It also speaks up when it begins to observe: then there is nothing to draw again.
new ResizeObserver(() => { if (canvas.parentElement.clientWidth !== width) drawSoon(); }).observe(canvas.parentElement);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { readColours(); drawSoon(); });
readColours();
draw();
`;
