/**
 * Text from outside as it may be written to a terminal: control characters, which could move the cursor or change what
 * was written before, become spaces, and so does a line break.
 */
export function plainText(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
