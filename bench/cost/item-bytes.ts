import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { StoredItem } from '../../lib/adapters/aws/stored-item.ts';

/** Of a list or a map, and of each of its elements. */
const CONTAINER_BYTES = 3;
const ELEMENT_BYTES = 1;

/**
 * How large DynamoDB takes an item to be: its names and values in UTF-8, numbers by their significant digits.
 *
 * @see DynamoDB Developer Guide, "DynamoDB item sizes and formats"
 */
export function itemBytes(item: StoredItem): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes({ S, N, SS, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.replace(/[-.]|^0+|0+$/g, '').length / 2) + 1 + Number(N.startsWith('-'));
  if (SS !== undefined) return SS.reduce((sum, one) => sum + Buffer.byteLength(one), 0);
  if (L !== undefined) return L.reduce((sum, one) => sum + ELEMENT_BYTES + valueBytes(one), CONTAINER_BYTES);
  if (M !== undefined) return Object.keys(M).length * ELEMENT_BYTES + CONTAINER_BYTES + itemBytes(M);
  return 1;
}
