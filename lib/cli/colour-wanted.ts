/**
 * Whether colours are wanted on a stream: never with NO_COLOR (https://no-color.org) or a dumb terminal, always with
 * FORCE_COLOR, else in a terminal.
 */
export function colourWanted(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && environment.TERM !== 'dumb';
}
