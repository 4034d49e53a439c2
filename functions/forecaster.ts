import * as z from 'zod';
import { forecastShards } from '../lib/forecast/forecast-shards.ts';
import { readDurationLevels } from '../lib/run/accuracy-store.ts';
import { readProfiles } from '../lib/run/profile-store.ts';
import { RunDefinition } from '../lib/run/run-definition.ts';
import { hasDocument, readDocument, writeDocument } from '../lib/run/run-document.ts';
import { Sharding } from '../lib/shards/sharding.ts';
import { stage } from './stage.ts';

/** State `Forecast`: what every shard will need, with intervals. A run that goes on keeps the forecast it began with. */
export const handler = stage({
  name: 'forecaster',
  input: z.strictObject({ run: z.string() }),
  async run({ run }, { objects, table, clock, settings }) {
    if (await hasDocument(objects, { run, name: 'forecast' })) return { run };
    const { workflow, deadlineAt } = await readDocument(objects, { run, name: 'definition' }, RunDefinition);
    const { shards, operations } = await readDocument(objects, { run, name: 'sharding' }, Sharding);
    const now = clock.now();
    const profiles = await readProfiles(table, new Set(operations.map(({ type }) => type)));
    const forecast = forecastShards({
      shards,
      profiles,
      estimates: new Map(workflow.operations.map(({ id, estimates }) => [id, estimates])),
      now,
      horizonMs: Math.max(0, deadlineAt - now),
      level: settings.level,
      durationLevels: await readDurationLevels(table, profiles.keys(), settings.level),
      context: workflow.context,
    });
    await writeDocument(objects, { run, name: 'forecast' }, forecast);
    return { run };
  },
});
