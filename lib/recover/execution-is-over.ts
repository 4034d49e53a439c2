import type { Services } from '../ports/services.ts';

/** Whether an execution of the workflow machine is over; one that is not known any more is, those that run are known. */
export async function executionIsOver(
  execution: string,
  { executions }: Pick<Services, 'executions'>,
): Promise<boolean> {
  return (await executions.describe('workflow', execution))?.status !== 'RUNNING';
}
