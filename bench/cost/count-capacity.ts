import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { indexUnits, type Listed } from './index-units.ts';

export interface Capacity {
  /** Of the table. */
  writeUnits: number;
  /** Of its index: dynalite's own accounting leaves them out, DynamoDB's bill does not. */
  indexWriteUnits: number;
  readUnits: number;
}

interface Consumed {
  readonly CapacityUnits?: number;
}

interface WriteInput {
  readonly Key?: Attributes;
  readonly Item?: Attributes;
}
type Attributes = Readonly<Record<string, { readonly S?: string } | undefined>>;

/**
 * Adds up what DynamoDB says that each call has used, and what the index costs beside it. A write whose condition does not
 * hold is paid for too.
 *
 * @see DynamoDB Developer Guide, "Condition expressions" and "Write capacity consumption" of global secondary indexes
 */
export function countCapacity(client: DynamoDBClient): Capacity {
  const capacity: Capacity = { writeUnits: 0, indexWriteUnits: 0, readUnits: 0 };
  const listed = new Map<string, Listed>();
  client.middlewareStack.add(
    (next, context) => async (call) => {
      Object.assign(call.input, { ReturnConsumedCapacity: 'TOTAL' });
      const reads = /^(Get|Query)/.test(String(context.commandName));
      const result = await next(call).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') capacity.writeUnits += 1;
        throw error;
      });
      const output = result.output as { ConsumedCapacity?: Consumed | readonly Consumed[]; Attributes?: Attributes };
      const units = [output.ConsumedCapacity ?? []].flat().reduce((sum, each) => sum + (each.CapacityUnits ?? 0), 0);
      if (reads) {
        capacity.readUnits += units;
        return result;
      }
      capacity.writeUnits += units;
      const { Key, Item } = call.input as WriteInput;
      const keys = Key ?? Item;
      if (!keys) return result;
      const name = `${keys.partition?.S} ${keys.sort?.S}`;
      const { queue, rank } = output.Attributes ?? Item ?? {};
      const now = { queue: queue?.S, rank: rank?.S };
      capacity.indexWriteUnits += units * indexUnits(listed.get(name), now);
      listed.set(name, now);
      return result;
    },
    { step: 'initialize', name: 'countCapacity' },
  );
  return capacity;
}
