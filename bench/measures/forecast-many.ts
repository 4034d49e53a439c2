import { seededRandom } from '../../lib/core/random.ts';
import { readM4Hourly } from '../data/m4-hourly.ts';
import { hourlyForecast } from './hourly-forecast.ts';

/**
 * A process of its own, `node forecast-many.ts DATA COUNT`: forecasts so many series one after the other, as the profiler
 * does, and prints the most memory that it took, in KiB. The series are those of the folder, each time at another
 * level and with other noise.
 */
const [data, count] = process.argv.slice(2);
const series = await readM4Hourly(data);
const random = seededRandom(1);
let predictedCount = 0;
for (let index = 0; index < Number(count); index += 1) {
  const { known } = series[index % series.length] ?? { known: [] };
  const level = 0.1 + 10 * random();
  predictedCount += hourlyForecast(known.map((value) => level * value * (0.98 + 0.04 * random()))).length;
}
process.stdout.write(JSON.stringify({ predictedCount, rssKiB: process.resourceUsage().maxRSS }));
