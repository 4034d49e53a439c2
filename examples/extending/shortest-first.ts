import type { ClaimPolicy } from '../../lib/simulate/claim-policies.ts';
import { workLeft } from '../../lib/simulate/simulated-job.ts';

/** A priority policy: the job with the least work left goes first, whatever its deadline. */
export const shortestFirst: ClaimPolicy = {
  name: 'shortest first',
  keys: () => (active) => workLeft(active),
};
