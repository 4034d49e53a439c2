import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveView } from '../../lib/cli/live-view.ts';
import { htmlReport } from '../../lib/report/html-report.ts';
import type { RunProgress } from '../../lib/report/progress.ts';
import { CHROMIUM, CHROMIUM_FLAGS, hasChromium } from '../fixtures/chromium.ts';
import { foreshard } from '../fixtures/foreshard-process.ts';
import { runReport } from '../fixtures/run-report.ts';

if (!hasChromium) console.warn(`skipped: the live view in a browser needs ${CHROMIUM}; see .ci/chromium`);

function progress(done: number): RunProgress {
  const clean = { id: '<b>clean</b>', total: 8, done, running: 1, failed: 0 };
  return { operations: [clean], elapsedMs: 1_500, expectedMs: 4_000, deadlineMs: 60_000 };
}

async function status(url: string, options: { readonly method?: string; readonly host?: string }): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const headers = options.host === undefined ? {} : { host: options.host };
  httpRequest(url, { method: options.method ?? 'GET', headers, agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  })
    .on('error', reject)
    .end();
  return promise;
}

describe('liveView', () => {
  it('answers this machine under its own name alone, and only to look', async () => {
    await using view = await liveView('run');
    expect(new URL(view.url).hostname).toBe('127.0.0.1');
    expect(await status(view.url, {})).toBe(200);
    expect(await status(view.url, { host: 'evil.example' })).toBe(403);
    expect(await status(view.url, { method: 'POST' })).toBe(405);
    expect(await status(`${view.url}etc/passwd`, {})).toBe(404);
  });

  it('tells who comes late the last progress, and then each one, and closes with the run', async () => {
    const view = await liveView('run');
    view.update(progress(1));
    const { body } = await fetch(`${view.url}events`);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    const next = async () => (await reader?.read())?.value ?? '';
    expect(await next()).toContain('"done":1');
    view.update(progress(2));
    expect(await next()).toContain('"done":2');
    await view[Symbol.asyncDispose]();
    expect(await next()).toContain('event: stopped');
    await expect(fetch(view.url)).rejects.toThrow();
  });
});

describe('foreshard run --watch', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'foreshard-watch-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('prints the address, ends when the run does, and status knows of it', async () => {
    const file = join(import.meta.dirname, '../../events/genome.workflow.json');
    const { code, err } = await foreshard(['run', file, '--watch', '--home', home, '--json']);
    expect({ code, watched: /^live view: http:\/\/127\.0\.0\.1:\d+\/$/m.test(err) }).toEqual({
      code: 0,
      watched: true,
    });
    const states = JSON.parse((await foreshard(['status', '--home', home, '--json'])).out);
    expect(states).toMatchObject({ working: false, runs: [{ workflow: 'genome-small', state: 'met' }] });
    const [{ run }] = states.runs;
    const open = join(home, 'objects', 'run', 'runs', run, 'report.json');
    await rm(open);
    const { out } = await foreshard(['status', run, '--home', home]);
    expect(out).toMatch(new RegExp(`^${run} +open, plan \\d+ .* 2 min 00 s +\\d.* %$`, 'm'));
    expect(out).toContain('foreshard resume');
    const unknown = await foreshard(['status', 'other', '--home', home]);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toMatch(/^error: there is no run 'other' in .*\n$/);
  }, 180_000);
});

describe.skipIf(!hasChromium)(`the live view in ${CHROMIUM}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
  });
  afterAll(() => browser?.close());

  it('follows the run and turns into its report', async () => {
    await using view = await liveView('run-1');
    view.update(progress(1));
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(view.url);
    await page.getByText('1 of 8, 1 running').waitFor();
    view.update(progress(5));
    await page.getByText('5 of 8, 1 running').waitFor();
    expect(await page.locator('tbody th').textContent()).toBe('<b>clean</b>');
    expect(await page.locator('progress').evaluate((bar) => Reflect.get(bar, 'value'))).toBe(5);
    const report = runReport();
    await view.finish(htmlReport(report));
    await page.getByRole('heading', { level: 1, name: report.workflow }).waitFor();
    expect(complaints).toEqual([]);
  }, 30_000);
});
