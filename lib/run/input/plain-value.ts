/**
 * Makes a decoded Parquet value plain JSON: whole numbers that a double holds exactly become numbers and larger ones
 * texts of their digits, bytes become base64, what is absent or not finite becomes null.
 *
 * @complexity O(size of the value); the depth is that of the file's schema
 */
export function plainValue(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return plainInteger(value);
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'object':
      return value === null ? null : plainObject(value);
    case 'undefined':
      return null;
    default:
      return value;
  }
}

function plainInteger(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function plainObject(value: object): unknown {
  if (value instanceof Uint8Array) return btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join(''));
  if (Array.isArray(value)) return value.map(plainValue);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainValue(part)]));
}
