/** Ways to set text apart in a terminal; each gives its text back unchanged when colours are not wanted. */
export interface TerminalColour {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  accent(text: string): string;
}

/** @param wanted false gives plain text: for a pipe, a file, or NO_COLOR */
export function terminalColour(wanted: boolean): TerminalColour {
  const paint = (on: number, off: number) => (text: string) => (wanted ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    warn: paint(33, 39),
    accent: paint(36, 39),
  };
}
