/** The way to a value from the root of a JSON document. */
export type JsonPath = readonly PropertyKey[];

const TEXT_MAX = 60;

/** Writes a path as a reader would: `operations[3].after[0].operation`. */
export function pathText(path: JsonPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    if (!/^[\w$-]+$/.test(name)) return `${text}[${shorten(JSON.stringify(name))}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** Finds the value at a path; nothing when there is none. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>((value, key) => {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
      ? Reflect.get(value, key)
      : undefined;
  }, root);
}

/** Shows a value of any size in a message. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return `'${shorten(value)}'`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return shorten(String(value));
}

function shorten(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX)}…`;
}
