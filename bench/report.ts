import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { ForeshardError } from '../lib/core/foreshard-error.ts';
import { htmlReport } from '../lib/report/html-report.ts';
import type { RunReport } from '../lib/report/run-report.ts';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium } from '../test/fixtures/chromium.ts';
import { runReport } from '../test/fixtures/run-report.ts';
import type { Bench } from './bench.ts';

/** With the six operations of the fixture this makes a little more than 100,000 attempts. */
const WIDTH = 39_500;
const SLOTS_PER_POOL = 32;
/** The median of so many openings counts. */
const OPENINGS = 3;

interface Opening {
  /** Main thread time spent in scripts until the page was drawn, as Chromium counts it. */
  readonly scriptMs: number;
  /** From the request to the first frame after the script. */
  readonly openMs: number;
  /** One key press that zooms in and draws again. */
  readonly zoomMs: number;
}

/** How large the report of 100,000 attempts is, and how long a browser needs to open it. */
export const bench: Bench = {
  name: 'report',
  needs: `Chromium at ${CHROMIUM}`,
  takes: '30 s',
  async run() {
    if (!hasChromium) throw new ForeshardError('InvalidInput', `there is no ${CHROMIUM}; install it with .ci/chromium`);
    const report = runReport({ width: WIDTH, slotsPerPool: SLOTS_PER_POOL });
    const begun = performance.now();
    const page = htmlReport(report);
    const renderMs = performance.now() - begun;
    const openings = await openOften(page);
    const middle = (of: (opening: Opening) => number) => openings.map(of).sort((a, b) => a - b)[OPENINGS >> 1] ?? 0;
    const figures = {
      attemptCount: report.attempts.length,
      pageMB: Buffer.byteLength(page) / 1e6,
      renderMs,
      scriptMs: middle(({ scriptMs }) => scriptMs),
      openMs: middle(({ openMs }) => openMs),
      zoomMs: middle(({ zoomMs }) => zoomMs),
    };
    return {
      figures,
      targets: { attemptCount: { atLeast: 100_000 }, pageMB: { atMost: 5 }, scriptMs: { atMost: 3_000 } },
      table: [{ slots: slotCount(report), ...figures }],
    };
  },
};

function slotCount({ attempts }: RunReport): number {
  return new Set(attempts.map(({ zone, slot }) => `${zone} ${slot}`)).size;
}

async function openOften(page: string): Promise<readonly Opening[]> {
  const folder = await mkdtemp(join(tmpdir(), 'foreshard-bench-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  try {
    const file = join(folder, 'report.html');
    await writeFile(file, page);
    const openings: Opening[] = [];
    for (let nth = 0; nth < OPENINGS; nth += 1) {
      const context = await browser.newContext({ offline: true, viewport: { width: 1_280, height: 900 } });
      const tab = await context.newPage();
      const session = await context.newCDPSession(tab);
      await session.send('Performance.enable');
      const begun = performance.now();
      await tab.goto(pathToFileURL(file).href);
      await tab.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
      const openMs = performance.now() - begun;
      const { metrics } = await session.send('Performance.getMetrics');
      const scriptMs = (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0) * 1_000;
      openings.push({ scriptMs, openMs, zoomMs: Number(await tab.evaluate(ZOOM)) });
      await context.close();
    }
    return openings;
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
}

const ZOOM = `(async () => {
  const begun = performance.now();
  document.getElementById('timeline-in').click();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begun;
})()`;
