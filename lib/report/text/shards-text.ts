import { countText } from './count-text.ts';

/** `1 shard`, `48 shards`. */
export function shardsText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'shard' : 'shards'}`;
}
