/**
 * Writes a structured log: `node examples/logs/generate.ts 60000 logs.ndjson`. The same lines each time.
 *
 * Nothing is wrong for most of it. In the last sixth one service fails again and again and writes a long stack with every
 * line, so that the end of the file takes several times the work of its beginning: skew that comes late.
 */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { seededRandom } from '../../lib/core/random.ts';

const SERVICES = ['cart', 'checkout', 'login', 'search'] as const;
const STARTS_AT = Date.parse('2026-11-24T06:00:00Z');
const LINE_MS = 25;
const INCIDENT_SHARE = 5 / 6;
const STACK_FRAMES = 40;

const [lineCount = 60_000, path = 'logs.ndjson'] = [
  Number(process.argv[2] ?? 60_000),
  process.argv[3] ?? 'logs.ndjson',
];
const random = seededRandom(11);
const pick = <Value>(values: readonly Value[], otherwise: Value): Value =>
  values[Math.floor(random() * values.length)] ?? otherwise;

function lineOf(number: number): object {
  const at = new Date(STARTS_AT + number * LINE_MS).toISOString();
  const order = Math.floor(random() * 1e6);
  const latencyMs = Math.round(5 + 90 * random() ** 3);
  if (number >= lineCount * INCIDENT_SHARE && random() < 0.7) return { at, ...brokenPayment(order), latencyMs: 3_000 };
  if (random() < 0.002) return { at, service: 'search', level: 'error', message: `index ${order % 7} is not ready` };
  const service = pick(SERVICES, 'cart');
  return { at, service, level: 'info', message: `order ${order} handled`, latencyMs };
}

function brokenPayment(order: number) {
  const frames = Array.from({ length: STACK_FRAMES }, (_, frame) => {
    return `    at step${frame} (/srv/checkout/payment.js:${100 + frame}:${order % 80})`;
  });
  const message = `payment of order ${order} timed out after 3000 ms`;
  return { service: 'checkout', level: 'error', message, stack: [`Error: ${message}`, ...frames].join('\n') };
}

function* lines(): Generator<string> {
  for (let number = 0; number < lineCount; number += 1) yield `${JSON.stringify(lineOf(number))}\n`;
}

await pipeline(lines(), createWriteStream(path));
