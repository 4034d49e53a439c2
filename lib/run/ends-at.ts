import type { Condition } from '../ports/table.ts';

/** The shard ends at this unit now, by its last cut or merge, or as it was made. */
export function endsAt(unit: number): Condition {
  return {
    any: [
      { attribute: 'splitAt', equals: unit },
      {
        all: [
          { attribute: 'splitAt', exists: false },
          { attribute: 'end', equals: unit },
        ],
      },
    ],
  };
}
