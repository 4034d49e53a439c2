/** The part of the timeline's script that draws the axis of time: see timeline-drawing.ts. */
export const timelineAxis = `
function durationText(ms) {
  if (ms < 1000) return Math.round(ms) + ' ms';
  if (ms < 60000) return (ms / 1000).toFixed(1) + ' s';
  if (ms < 3600000) return Math.floor(ms / 60000) + ' min ' + String(Math.floor(ms / 1000) % 60).padStart(2, '0') + ' s';
  return Math.floor(ms / 3600000) + ' h ' + String(Math.floor(ms / 60000) % 60).padStart(2, '0') + ' min';
}

function tickStep() {
  const least = ((view.toMs - view.fromMs) * 90) / Math.max(90, plotWidth());
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5, 432e5];
  return steps.find((step) => step >= least) || Math.ceil(least / 864e5) * 864e5;
}

function tickText(ms, step) {
  if (step < 1000) return (ms / 1000).toFixed(step < 100 ? 2 : 1) + ' s';
  if (step < 60000 && view.toMs < 120000) return ms / 1000 + ' s';
  const two = (count) => String(count).padStart(2, '0');
  const hours = Math.floor(ms / 3600000), minutes = Math.floor(ms / 60000) % 60, seconds = Math.floor(ms / 1000) % 60;
  return view.toMs < 3600000 ? minutes + ':' + two(seconds) : hours + ':' + two(minutes) + (step < 60000 ? ':' + two(seconds) : ' h');
}

function drawAxis() {
  const step = tickStep();
  pen.textAlign = 'center';
  for (let ms = Math.ceil(view.fromMs / step) * step; ms <= view.toMs; ms += step) {
    const x = Math.round(xOf(ms)) + 0.5;
    pen.fillStyle = colours.line;
    pen.fillRect(x - 0.5, MARK_LANE, 1, bottom - MARK_LANE);
    pen.fillStyle = colours.muted;
    pen.fillText(tickText(ms, step), Math.min(x, width - 24), bottom + 17);
  }
}
`;
