/** One reason for a plan: its name, then the text, in columns. */
export function reasonLine(name: string, text: string): string {
  return `${name.padEnd(14)}${text}`;
}
