import {
  ApplicationAutoScalingClient,
  DeleteScheduledActionCommand,
  DeregisterScalableTargetCommand,
  PutScheduledActionCommand,
  paginateDescribeScalableTargets,
  paginateDescribeScheduledActions,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { EpochMs } from '../../core/quantity.ts';
import type { ProvisionedState, Provisioning } from '../../ports/provisioning.ts';
import { serviceFault } from './service-fault.ts';

const NAMESPACE = { ServiceNamespace: 'lambda', ScalableDimension: 'lambda:function:ProvisionedConcurrency' } as const;
/** One pair for each function: registering again replaces it. */
const RAISE = 'foreshard-raise';
const LOWER = 'foreshard-lower';
const ATTEMPT_MAX = 6;
/** DescribeScalableTargets takes no more names at once. */
const NAMES_MAX = 50;

/**
 * Provisioned concurrency by scheduled actions of Application Auto Scaling, which run whatever has become of us.
 *
 * A function is named with the alias whose environments are started: `worker:live`.
 *
 * @see Application Auto Scaling User Guide, "Scheduled scaling" and "AWS Lambda and Application Auto Scaling"
 */
export function scalingProvisioning(
  client: ApplicationAutoScalingClient = new ApplicationAutoScalingClient({ maxAttempts: ATTEMPT_MAX }),
): Provisioning {
  const put = (functionName: string, name: string, action: { readonly at: EpochMs; readonly count: number }) =>
    client.send(
      new PutScheduledActionCommand({
        ...targetOf(functionName),
        ScheduledActionName: name,
        Schedule: `at(${new Date(action.at).toISOString().slice(0, 19)})`,
        ScalableTargetAction: { MinCapacity: action.count, MaxCapacity: action.count },
      }),
    );
  return {
    observe: (functionNames) => named('the look at scheduled actions', () => observe(client, functionNames)),
    register: ({ functionName, environmentCount, from, until }) =>
      named(`the schedule of '${functionName}'`, async () => {
        await registerTarget(client, functionName);
        // The end first: a crash between the two leaves nothing on.
        await put(functionName, LOWER, { at: until, count: 0 });
        await put(functionName, RAISE, { at: from, count: environmentCount });
      }),
    release: (functionName, at) =>
      named(`the release of '${functionName}'`, async () => {
        if ((await targets(client, [functionName])).size === 0) return;
        await unlessMissing(() =>
          client.send(new DeleteScheduledActionCommand({ ...targetOf(functionName), ScheduledActionName: RAISE })),
        );
        await put(functionName, LOWER, { at, count: 0 });
      }),
    forget: (functionName) =>
      named(`the end of the schedules of '${functionName}'`, async () => {
        if ((await targets(client, [functionName])).size === 0) return;
        for (const ScheduledActionName of [RAISE, LOWER]) {
          await unlessMissing(() =>
            client.send(new DeleteScheduledActionCommand({ ...targetOf(functionName), ScheduledActionName })),
          );
        }
        await unlessMissing(() => client.send(new DeregisterScalableTargetCommand(targetOf(functionName))));
      }),
  };
}

function targetOf(functionName: string) {
  return { ...NAMESPACE, ResourceId: `function:${functionName}` };
}

/** Once for each function: registering it anew would reset what is on. */
async function registerTarget(client: ApplicationAutoScalingClient, functionName: string): Promise<void> {
  const known = await targets(client, [functionName]);
  if (known.size > 0) return;
  await client.send(new RegisterScalableTargetCommand({ ...targetOf(functionName), MinCapacity: 0, MaxCapacity: 0 }));
}

async function observe(
  client: ApplicationAutoScalingClient,
  functionNames: readonly string[],
): Promise<ReadonlyMap<string, ProvisionedState>> {
  const states = new Map<string, ProvisionedState>(functionNames.map((name) => [name, { environmentCount: 0 }]));
  const change = (resourceId: string | undefined, part: Partial<ProvisionedState>) => {
    const functionName = resourceId?.replace(/^function:/, '') ?? '';
    const state = states.get(functionName);
    if (state) states.set(functionName, { ...state, ...part });
  };
  for (const [resourceId, environmentCount] of await targets(client, functionNames))
    change(resourceId, { environmentCount });
  const query = { ServiceNamespace: NAMESPACE.ServiceNamespace, ScheduledActionNames: [RAISE, LOWER] };
  for await (const { ScheduledActions = [] } of paginateDescribeScheduledActions({ client }, query)) {
    for (const { ScheduledActionName, ResourceId, Schedule, ScalableTargetAction } of ScheduledActions) {
      const at = Date.parse(`${/^at\((.+)\)$/.exec(Schedule ?? '')?.[1]}Z`);
      if (ScheduledActionName === LOWER) change(ResourceId, { lower: { at } });
      else change(ResourceId, { raise: { at, environmentCount: ScalableTargetAction?.MinCapacity ?? 0 } });
    }
  }
  return states;
}

/** The least that is asked for now, by resource: an action that has run has changed it. */
async function targets(
  client: ApplicationAutoScalingClient,
  functionNames: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (let at = 0; at < functionNames.length; at += NAMES_MAX) {
    const ResourceIds = functionNames.slice(at, at + NAMES_MAX).map((name) => targetOf(name).ResourceId);
    for await (const { ScalableTargets = [] } of paginateDescribeScalableTargets(
      { client },
      { ...NAMESPACE, ResourceIds },
    )) {
      for (const { ResourceId = '', MinCapacity = 0 } of ScalableTargets) counts.set(ResourceId, MinCapacity);
    }
  }
  return counts;
}

/** What is not there need not be taken back. */
async function unlessMissing(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ObjectNotFoundException')) throw error;
  }
}

async function named<Answer>(what: string, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw serviceFault(error, what);
  }
}
