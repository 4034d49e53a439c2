import { Sample } from '../../lib/profile/profile.ts';
import { anAttempt } from '../profile/an-attempt.ts';

/** A plausible sample; a test says only what it is about. */
export function aSample(changes: Partial<Sample> = {}): Sample {
  const attempt = new Map<string, unknown>(Object.entries(anAttempt()));
  return Sample.parse({
    ...Object.fromEntries(Object.keys(Sample.shape).map((field) => [field, attempt.get(field)])),
    ...changes,
  });
}
