/** Members that must have the same number of shards, by union-find. */
export interface EqualCounts {
  /** The name of a member's class; a member that was never tied is its own class. */
  classOf(member: string): string;
  tie(first: string, second: string): void;
}

/**
 * Classes that start with one member each and grow together.
 *
 * @complexity near constant time per call
 * @see Tarjan, "Efficiency of a good but not linear set union algorithm", 1975
 */
export function equalCounts(): EqualCounts {
  const parents = new Map<string, string>();
  const classOf = (member: string): string => {
    let root = member;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    for (let at = member; at !== root; ) {
      const up = parents.get(at) ?? root;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  const tie = (first: string, second: string) => {
    const [kept, joined] = [classOf(first), classOf(second)];
    if (kept !== joined) parents.set(joined, kept);
  };
  return { classOf, tie };
}
