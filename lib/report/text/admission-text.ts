import type { EpochMs } from '../../core/quantity.ts';
import type { Admission } from '../../plan/admit.ts';
import { durationText } from './duration-text.ts';

/**
 * What a run was told when it was planned.
 *
 * @param since moments are told from it on
 */
export function admissionText(admission: Admission, since: EpochMs): string {
  switch (admission.admitted) {
    case 'now':
      return 'admitted at once';
    case 'later':
      return `admitted to start after ${durationText(admission.startsAt - since)}, when other runs give slots back`;
    case 'background':
      return 'in the background: it cannot be in time, or not together with the other runs; it takes what they leave over';
    case 'refused':
      return `refused beside the runs that hold slots now; the earliest deadline that it could have is ${durationText(admission.earliestEndAt - since)}`;
  }
}
