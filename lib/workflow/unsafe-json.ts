import { type JsonPath, pathText } from './json-path.ts';

/** Definitions are flat; what is deeper than this is an attack or a mistake. */
const DEPTH_MAX = 64;

interface Node {
  readonly value: unknown;
  readonly key: PropertyKey;
  readonly parent: Node | undefined;
  readonly depth: number;
}

/**
 * Looks for what no schema sees: a key `__proto__`, which is dropped without a word, and nesting that would overflow
 * the stack of whoever walks it.
 *
 * @returns what is wrong, or nothing
 * @complexity O(size of the document), no recursion
 */
export function unsafeJson(root: unknown): string | undefined {
  const open: Node[] = [{ value: root, key: '', parent: undefined, depth: 0 }];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { value, depth } = node;
    if (typeof value !== 'object' || value === null) continue;
    if (depth === DEPTH_MAX)
      return `${pathText(pathOf(node))} is nested deeper than ${DEPTH_MAX} levels; make it flatter`;
    if (Object.hasOwn(value, '__proto__')) return protoKey(node);
    for (const [key, child] of Object.entries(value)) {
      open.push({ value: child, key: Array.isArray(value) ? Number(key) : key, parent: node, depth: depth + 1 });
    }
  }
  return undefined;
}

function protoKey(node: Node): string {
  return `${pathText([...pathOf(node), '__proto__'])} is a key that JavaScript takes for itself; rename it`;
}

function pathOf(node: Node): JsonPath {
  const path: PropertyKey[] = [];
  for (let at: Node | undefined = node; at?.parent !== undefined; at = at.parent) path.push(at.key);
  return path.reverse();
}
