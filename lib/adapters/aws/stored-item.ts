import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../ports/table.ts';

/** An item as DynamoDB stores it. */
export type StoredItem = Record<string, AttributeValue>;

/**
 * An item as DynamoDB stores it: numbers as texts, sets of texts as such, everything else as JSON would be. An empty
 * set cannot be stored and is left out, like everything that is undefined.
 *
 * Written here and not taken from `lib-dynamodb`, whose client walks every command and every answer twice.
 */
export function storedItem(item: Readonly<Record<string, unknown>>): StoredItem {
  const stored: StoredItem = {};
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined && !(value instanceof Set && value.size === 0)) stored[name] = storedValue(value);
  }
  return stored;
}

/** @throws {TypeError} when the value is no JSON: a function, a symbol, NaN, an infinity */
export function storedValue(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (value instanceof Set) return { SS: [...value].map(String) };
  if (Array.isArray(value)) return { L: value.map(storedValue) };
  if (typeof value === 'object' && value !== undefined) return { M: storedMap(value) };
  throw new TypeError(`${typeof value} ${String(value)} cannot be stored; only JSON and sets of texts can`);
}

/** Keys come from outside: a prototype would swallow `__proto__`. */
function storedMap(value: object): StoredItem {
  const stored: StoredItem = Object.create(null);
  for (const [name, inner] of Object.entries(value)) if (inner !== undefined) stored[name] = storedValue(inner);
  return stored;
}

/** The item behind what DynamoDB stores. */
export function readItem(stored: StoredItem): Item {
  const item: Record<string, unknown> = {};
  for (const name of Object.keys(stored)) {
    const value = stored[name];
    if (value) item[name] = readValue(value);
  }
  return item as Item;
}

function readValue(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.SS !== undefined) return new Set(value.SS);
  if (value.L !== undefined) return value.L.map(readValue);
  if (value.M !== undefined) return readMap(value.M);
  return null;
}

function readMap(stored: StoredItem): object {
  const entries = Object.entries(stored).map(([name, value]) => [name, readValue(value)]);
  return Object.fromEntries(entries);
}
