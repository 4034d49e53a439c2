import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../lib/report/html-report.ts';
import type { RunReport } from '../../lib/report/run-report.ts';
import { attackedReport } from '../fixtures/attacked-report.ts';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium } from '../fixtures/chromium.ts';
import { LOW_CONTRAST } from '../fixtures/low-contrast.ts';
import { runReport } from '../fixtures/run-report.ts';

if (!hasChromium) console.warn(`skipped: the report in a browser needs ${CHROMIUM}; see .ci/chromium`);

interface Opened {
  readonly page: Page;
  /** What the page asked for beside itself. */
  readonly requests: readonly string[];
  /** What it complained about. */
  readonly complaints: readonly string[];
}

describe.skipIf(!hasChromium)(`the report in ${CHROMIUM}`, () => {
  let browser: Browser;
  let context: BrowserContext;
  let folder: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
    context = await browser.newContext({ offline: true, viewport: { width: 1_280, height: 900 } });
    folder = await mkdtemp(join(tmpdir(), 'foreshard-report-'));
  });

  afterEach(async () => {
    await Promise.all(context.pages().map((page) => page.close()));
  });

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(report: RunReport): Promise<Opened> {
    const file = join(folder, 'report.html');
    await writeFile(file, htmlReport(report));
    const address = pathToFileURL(file).href;
    const page = await context.newPage();
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => request.url() !== address && requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address);
    return { page, requests, complaints };
  }

  it('shows every view, asks for nothing and complains of nothing', async () => {
    const { page, requests, complaints } = await open(runReport());
    const headings = await page.locator('h2:visible').allTextContents();
    expect(headings).toEqual([
      'Slots over time',
      'Predicted and actual',
      'Critical path',
      'Forecast of every shard',
      'Calibration',
      'Load of its types',
      'Allocation',
      'Re-shard decisions',
      'Poisoned shards',
      'Cost on AWS',
      'Cost against time',
      'Outputs',
    ]);
    await page.getByRole('link', { name: 'Cost' }).click();
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] });
  });

  it('paints the timeline: an operation, a failure and the surface have their colours', async () => {
    const report = runReport();
    // So late that its line, which has the colour of failures, is not drawn.
    const { page } = await open({ ...report, deadlineAt: report.endedAt + 3_600_000 });
    const painted = await page.evaluate(`(() => {
      const canvas = document.getElementById('timeline-canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const found = new Set();
      for (let at = 0; at < data.length; at += 4) found.add(data[at] + ',' + data[at + 1] + ',' + data[at + 2]);
      return ['operation-0', 'operation-2', 'bad', 'ink'].filter((name) => {
        const value = parseInt(getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim().slice(1), 16);
        return found.has((value >> 16) + ',' + ((value >> 8) & 255) + ',' + (value & 255));
      });
    })()`);
    expect(painted).toEqual(['operation-0', 'operation-2', 'bad', 'ink']);
  });

  it.each(['light', 'dark'] as const)('has enough contrast in its %s colours', async (colorScheme) => {
    const { page } = await open(runReport());
    await page.emulateMedia({ colorScheme });
    await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`);
    const { looked, low } = (await page.evaluate(LOW_CONTRAST)) as { looked: number; low: string[] };
    expect(looked).toBeGreaterThan(200);
    expect(low).toEqual([]);
  });

  it('changes from light to dark with the preference', async () => {
    const { page } = await open(runReport());
    await page.emulateMedia({ colorScheme: 'light' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).not.toBe(light);
  });

  it('reaches every control by keyboard, and shows where the focus is', async () => {
    const { page } = await open(runReport());
    const stops = `[...document.querySelectorAll('a[href], button, summary, [tabindex="0"]')].filter((one) => one.checkVisibility())`;
    const count = (await page.evaluate(`${stops}.length`)) as number;
    const seen = new Set<string>();
    for (let step = 0; step < count; step += 1) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(
        `${stops}.indexOf(document.activeElement) + ' ' + (parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2)`,
      );
      seen.add(String(focused));
    }
    expect([...seen].sort()).toEqual(Array.from({ length: count }, (_, index) => `${index} true`).sort());
  });

  it('tells by keyboard what stands in the timeline', async () => {
    const { page } = await open(runReport());
    await page.locator('#timeline-canvas').focus();
    const detail = page.locator('#timeline-detail');
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => detail.textContent())
      .toMatch(/^clean\/\d+, committed.*started after .*slot 1769-use1-az1-0 /);
    const first = await detail.textContent();
    await page.keyboard.press('ArrowDown');
    expect(await detail.textContent()).toContain('slot 1769-use1-az1-1 ');
    expect(await detail.textContent()).not.toBe(first);
  });

  it('runs nothing that stands in the data', async () => {
    const { page, complaints } = await open(attackedReport(runReport()));
    expect(await page.evaluate('typeof attacked')).toBe('undefined');
    expect(complaints).toEqual([]);
    expect(await page.locator('h1').textContent()).toContain('<script>attacked=1</script>');
  });

  it('does not make a narrow window scroll sideways', async () => {
    const { page } = await open(runReport());
    await page.setViewportSize({ width: 360, height: 700 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });
});
