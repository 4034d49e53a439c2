import * as z from 'zod';
import { answerCloudFormation } from '../lib/adapters/aws/answer-cloudformation.ts';
import { giveBackReservations } from '../lib/run/give-back-reservations.ts';
import { startReserver } from '../lib/run/reserver-store.ts';
import { type StageHandler, stage } from './stage.ts';

/** Loose: a field that AWS adds must not keep a stack from being deleted. */
const ResourceEvent = z.looseObject({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
});

const clean = stage({
  name: 'cleaner',
  input: ResourceEvent,
  async run({ RequestType }, services, { awsRequestId: owner }) {
    if (RequestType === 'Delete') return giveBackReservations(owner, services);
    await startReserver(services.table, 'clean-up');
    return [];
  },
});

/** A custom resource of the stack: when it goes, what the reserver wrote outside of it goes too. Data stay. */
export const handler: StageHandler<void> = async (event, context) => {
  const failure = await clean(event, context).then(
    () => undefined,
    (error: unknown) => error,
  );
  const { data: request } = ResourceEvent.safeParse(event);
  if (failure === undefined && request) return answerCloudFormation(request, undefined);
  // What went wrong first is what counts, also when nobody can be told of it.
  if (request) await answerCloudFormation(request, failure).catch(() => undefined);
  throw failure;
};
