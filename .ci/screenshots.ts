/**
 * Takes the pictures of the documents: `node .ci/screenshots.ts REPORT.html [NAME]`, with the page that a run has made.
 *
 * From the top of the page to the end of "Predicted and actual", light and dark, into docs/images/NAME-light.png and NAME-dark.png
 * (`report`, that of the README, when no name is given). A Python with Pillow (`PYTHON`, else
 * python3) then gives them a palette; without one they stay as Chromium wrote them, and it says so.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_FLAGS } from '../test/fixtures/chromium.ts';

const IMAGES = join(import.meta.dirname, '../docs/images');
const WIDTH = 1_200;
const LAST_SECTION = 'Predicted and actual';
const MARGIN = 16;
/**
 * The commonest colours as they are (Pillow's own `quantize` tints white) and others that cover the rest, so that none is taken
 * for a common one that is far from it; each colour becomes its nearest of these.
 */
const TO_PALETTE = `
import sys
from PIL import Image
picture = Image.open(sys.argv[1]).convert('RGB')
colours = [colour for _, colour in sorted(picture.getcolors(1 << 24), reverse=True)]
common = colours[:128]
rest = picture.quantize(128, method=Image.Quantize.MAXCOVERAGE).getpalette()
common += list(zip(rest[0::3], rest[1::3], rest[2::3]))
distance = lambda one, other: sum((a - b) ** 2 for a, b in zip(one, other))
index = {one: min(range(len(common)), key=lambda at: distance(one, common[at])) for one in colours}
flat = Image.new('P', picture.size)
flat.putpalette([channel for colour in common for channel in colour])
flat.putdata([index[one] for one in picture.getdata()])
flat.save(sys.argv[1], optimize=True)
`;

const [, , report, name = 'report'] = process.argv;
if (report === undefined) throw new Error('give the page of a run: node .ci/screenshots.ts REPORT.html [NAME]');
const address = pathToFileURL(resolve(report)).href;

const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS });
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 900 }, colorScheme });
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.goto(address);
    const section = page.locator('section', { has: page.getByRole('heading', { name: LAST_SECTION }) }).last();
    const box = await section.boundingBox();
    if (box === null) throw new Error(`the page has no section '${LAST_SECTION}'`);
    const path = join(IMAGES, `${name}-${colorScheme}.png`);
    const clip = { x: 0, y: 0, width: WIDTH, height: Math.ceil(box.y + box.height + MARGIN) };
    await page.screenshot({ path, fullPage: true, clip });
    const { status } = spawnSync(process.env.PYTHON ?? 'python3', ['-c', TO_PALETTE, path]);
    console.log(`${path}: ${statSync(path).size} bytes${status === 0 ? '' : ', no palette: Pillow is not there'}`);
  }
} finally {
  await browser.close();
}
