/** A record with its columns by name. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Makes records of columns. Each starts as a copy of one template with all keys, so that they share one hidden class:
 * that makes both this loop (by a third against adding key after key) and the task's own reading fast.
 *
 * @param names n distinct names, none of them `__proto__`
 * @param valueAt the value of a column in a row
 * @complexity O(rows * n)
 */
export function rowsOf(
  names: readonly string[],
  rowCount: number,
  valueAt: (column: number, row: number) => unknown,
): readonly Row[] {
  const template: Row = Object.fromEntries(names.map((name) => [name, null]));
  const rows: Row[] = [];
  for (let row = 0; row < rowCount; row += 1) {
    const record: Record<string, unknown> = { ...template };
    let column = 0;
    for (const name of names) record[name] = valueAt(column++, row);
    rows.push(record);
  }
  return rows;
}

/** Why these names cannot be the columns of a record, or nothing. */
export function columnFault(names: readonly string[]): string | undefined {
  if (names.includes('__proto__')) return "a column is named '__proto__', which no record can hold";
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `two columns are named '${twice}'`;
}
