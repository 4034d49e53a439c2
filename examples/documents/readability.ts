/** A Lambda function as it could be there already: it knows nothing of Foreshard. Documents in, their scores out. */
interface Event {
  readonly records: readonly { readonly id: string; readonly text: string }[];
}

/** Words as they are counted: letters without a space or a mark between them. */
const WORD = /[a-z]+/gi;
/** Vowels in a row are one syllable, nearly. */
const SYLLABLE = /[aeiouy]+/gi;

export async function handler(event: unknown) {
  const { records } = event as Event;
  return { records: records.map(({ id, text }) => ({ id, ...scoreOf(text) })) };
}

/** @see Flesch, "A new readability yardstick", 1948: 100 is easy to read, 0 hard */
function scoreOf(text: string) {
  const words = text.match(WORD) ?? [];
  const sentenceCount = text.split('.').length - 1;
  const syllableCount = words.reduce((sum, word) => sum + (word.match(SYLLABLE)?.length ?? 1), 0);
  const ease = 206.835 - 1.015 * (words.length / sentenceCount) - 84.6 * (syllableCount / words.length);
  return { wordCount: words.length, sentenceCount, ease: Number(ease.toFixed(1)) };
}
