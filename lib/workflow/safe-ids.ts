/** The longest id that a definition accepts. */
const LENGTH_MAX = 64;

/**
 * Makes ids of a definition out of any texts: other characters become `-`, of a long text its end is kept, where
 * recorders put the number, and a text that gives an id already taken gets the next free number.
 *
 * @returns one id for each text, all of them different
 * @complexity O(total length)
 */
export function safeIds(texts: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  const lastNumbers = new Map<string, number>();
  return texts.map((text) => {
    const plain = safeId(text);
    let id = plain;
    for (let number = lastNumbers.get(plain) ?? 1; taken.has(id); ) {
      number += 1;
      lastNumbers.set(plain, number);
      id = `${plain.slice(0, LENGTH_MAX - `-${number}`.length)}-${number}`;
    }
    taken.add(id);
    return id;
  });
}

function safeId(text: string): string {
  const plain = text.replaceAll(/[^\w-]/g, '-').slice(-LENGTH_MAX);
  return plain.replace(/^[^A-Za-z0-9]+/, '') || 'task';
}
