import type { ShardType } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { DayShape } from '../forecast/day-shape.ts';
import type { LstmDocument } from '../forecast/lstm/lstm-document.ts';
import type { Services } from '../ports/services.ts';
import { readInsight } from './insight-store.ts';
import { readNetwork } from './network-store.ts';
import type { Shared } from './refit-outlook.ts';

/** More shapes than this change the mean of them little. */
const SHAPES_MAX = 32;
const READS_AT_ONCE_MAX = 8;

/** What a refresh reads once for all types, and only if one of them needs it. */
export function sharedByTypes(
  types: readonly ShardType[],
  { table, objects }: Pick<Services, 'table' | 'objects'>,
): Shared {
  let network: Promise<LstmDocument | undefined> | undefined;
  let shapes: Promise<readonly (readonly [ShardType, DayShape])[]> | undefined;
  const readShapes = async () => {
    const insights = await inParallel(types.slice(0, SHAPES_MAX), READS_AT_ONCE_MAX, (type) =>
      readInsight(table, type),
    );
    return insights.flatMap(({ shape }, index) => (shape ? [[types[index] ?? '', shape] as const] : []));
  };
  return {
    network: () => (network ??= readNetwork(objects)),
    shapes: async (type) => {
      shapes ??= readShapes();
      return (await shapes).flatMap(([other, shape]) => (other === type ? [] : [shape]));
    },
  };
}
