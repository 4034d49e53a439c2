import { ForeshardError } from '../core/foreshard-error.ts';
import type { Need } from '../core/ids.ts';

const KINDS = ['wide', 'narrow', 'canary', 'split', 'intake'] as const;

export interface NeedParts {
  readonly kind: (typeof KINDS)[number];
  /** The operation, shard, type or step (`operation#step`) that is waited for. */
  readonly of: string;
}

/** @throws {ForeshardError} `InvalidInput` when the text is no need (see core/ids) */
export function needParts(need: Need): NeedParts {
  const border = need.indexOf(':');
  const kind = KINDS.find((one) => one === need.slice(0, border));
  if (kind) return { kind, of: need.slice(border + 1) };
  throw new ForeshardError('InvalidInput', `need '${need}' is none of ${KINDS.map((one) => `${one}:...`).join(', ')}`);
}
