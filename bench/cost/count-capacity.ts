import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface Capacity {
  writeUnits: number;
  readUnits: number;
}

interface Consumed {
  readonly CapacityUnits?: number;
}

/** Adds up what DynamoDB says that each call has used, its index included: a unit is what is paid for. */
export function countCapacity(client: DynamoDBClient): Capacity {
  const capacity: Capacity = { writeUnits: 0, readUnits: 0 };
  client.middlewareStack.add(
    (next, context) => async (call) => {
      Object.assign(call.input, { ReturnConsumedCapacity: 'TOTAL' });
      const result = await next(call);
      const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Consumed | readonly Consumed[] };
      const units = [ConsumedCapacity ?? []].flat().reduce((sum, each) => sum + (each.CapacityUnits ?? 0), 0);
      const reads = /^(Get|Query)/.test(String(context.commandName));
      if (reads) capacity.readUnits += units;
      else capacity.writeUnits += units;
      return result;
    },
    { step: 'initialize', name: 'countCapacity' },
  );
  return capacity;
}
