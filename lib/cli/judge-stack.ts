import { countText } from '../report/text/count-text.ts';
import type { Finding } from './judge-machine.ts';
import type { Asked, StackFacts } from './stack-facts.ts';

/** Answers of AWS to whoever may not ask. */
const DENIED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'UnauthorizedOperation',
  'Forbidden',
]);

/** Judges a deployed stack, check by check; each that is not ok says what to do. */
export function judgeStack(facts: StackFacts): readonly Finding[] {
  return [
    quotaFinding(facts),
    ...workerFindings(facts),
    tableFinding(facts),
    recoveryFinding(facts),
    bucketFinding(facts),
    publicAccessFinding(facts),
    ...machineFindings(facts),
    zoneFinding(facts),
    wallFinding(facts),
  ];
}

type Judged = Omit<Finding, 'check'>;

const ok = (found: string): Judged => ({ state: 'ok', found });
const warn = (found: string, remedy: string): Judged => ({ state: 'warn', found, remedy });
const bad = (found: string, remedy: string): Judged => ({ state: 'bad', found, remedy });

interface Check {
  readonly check: string;
  /** What whoever asks must be allowed. */
  readonly permission: string;
}

function judged<Value>({ check, permission }: Check, asked: Asked<Value>, judge: (value: Value) => Judged): Finding {
  if ('value' in asked) return { check, ...judge(asked.value) };
  const { name, message } = asked.error;
  if (DENIED.has(name)) {
    return { check, ...warn('these credentials may not look', `allow ${permission}; the stack itself may be well`) };
  }
  const remedy = 'deploy the stack again; see docs/operations.md if that does not help';
  return { check, ...bad(`${name}: ${message}`, remedy) };
}

function quotaFinding({ limits }: StackFacts): Finding {
  const check = { check: 'quota', permission: 'lambda:GetAccountSettings' };
  return judged(check, limits, ({ accountMax, reservableMax, reservableLeft }) => {
    const found = `${countText(accountMax)} executions at once, ${countText(reservableLeft)} of ${countText(reservableMax)} reservable ones left`;
    if (reservableLeft > 0) return ok(found);
    if (reservableMax > 0) {
      return warn(found, 'lower reservations of other functions, or ask Service Quotas for more');
    }
    const why = 'with this few, slots are counted in the ledger alone';
    return warn(found, `ask Service Quotas for more concurrent executions: ${why}`);
  });
}

/** All workers in one line when they are as they should be; each that is not in one of its own. */
function workerFindings({ workers }: StackFacts): readonly Finding[] {
  const check = { check: 'workers', permission: 'lambda:GetFunctionConfiguration' };
  const findings = workers.map((worker) =>
    judged(check, worker, ({ functionName, memoryMiB, wantedMiB, state }) => {
      if (memoryMiB !== wantedMiB) {
        return bad(
          `'${functionName}' has ${memoryMiB} MiB and not ${wantedMiB}`,
          'deploy the stack again: a plan counts on that memory',
        );
      }
      return state === undefined || state === 'Active'
        ? ok(functionName)
        : warn(`'${functionName}' is ${state}`, 'call it once, or wait until it is active');
    }),
  );
  const wrong = findings.filter(({ state }) => state !== 'ok');
  return wrong.length > 0
    ? wrong
    : [{ check: 'workers', ...ok(`${findings.length} functions with the memory of their tiers`) }];
}

function tableFinding({ table }: StackFacts): Finding {
  return judged({ check: 'table', permission: 'dynamodb:DescribeTable' }, table, ({ status, asDeclared }) => {
    if (!asDeclared) {
      const remedy = 'deploy the store stack of this version, or name another table';
      return bad('its keys or its index are not those of this version', remedy);
    }
    if (status === 'ACTIVE') return ok('active, with the keys of this version');
    return warn(`its status is ${status}`, 'wait until it is active');
  });
}

function recoveryFinding({ recovery }: StackFacts): Finding {
  return judged({ check: 'recovery', permission: 'dynamodb:DescribeContinuousBackups' }, recovery, (enabled) => {
    if (enabled) return ok('point in time, of the table');
    return warn('the table has no point-in-time recovery', 'turn it on: aws dynamodb update-continuous-backups');
  });
}

function bucketFinding({ bucket }: StackFacts): Finding {
  const permission = 's3:GetBucketVersioning and s3:GetEncryptionConfiguration';
  return judged({ check: 'bucket', permission }, bucket, ({ versioned, encrypted }) => {
    if (!encrypted) return warn('not encrypted by default', 'turn on default encryption of the bucket');
    if (versioned) return ok('encrypted and versioned');
    return warn('not versioned', 'turn on versioning: a document that was overwritten by mistake is gone without it');
  });
}

function publicAccessFinding({ publicAccess }: StackFacts): Finding {
  return judged({ check: 'public', permission: 's3:GetBucketPublicAccessBlock' }, publicAccess, (open) => {
    if (!open) return ok('the bucket blocks all public access');
    return bad('the bucket does not block all public access', 'turn on all four settings of Block Public Access');
  });
}

function machineFindings({ machines }: StackFacts): readonly Finding[] {
  const check = { check: 'machine', permission: 'states:DescribeStateMachine' };
  return machines.map((asked) =>
    judged(check, asked, ({ machine, asHere }) => {
      if (asHere) return ok(`'${machine}' has the states of this version`);
      const remedy = 'deploy this version, or use the command line of the deployed one';
      return warn(`'${machine}' has other states than this version`, remedy);
    }),
  );
}

function zoneFinding({ stack, zones }: StackFacts): Finding {
  return judged({ check: 'zones', permission: 'dynamodb:Query of the table' }, zones, ({ health, open }) => {
    if (health.length === 0) return ok('none: regional workers alone');
    const closed = health.filter(({ zone }) => !open.includes(zone)).map(({ zone }) => zone);
    if (closed.length === 0) return ok(`${open.join(', ')} are open`);
    return warn(
      `nothing new starts in ${closed.join(', ')}`,
      `foreshard undrain ${closed[0]} --stack ${stack}, once the zone is well`,
    );
  });
}

/** Reserved concurrency below what plans want is a limit that they do not know of; the reserver should have raised it. */
function wallFinding({ wall }: StackFacts): Finding {
  return judged({ check: 'wall', permission: 'lambda:GetFunctionConcurrency' }, wall, (all) => {
    const short = all.filter(
      ({ wantedCount, reservedCount }) => reservedCount !== undefined && reservedCount < wantedCount,
    );
    const [first] = short;
    if (!first) return ok('no reservation is below what the active plans want');
    return warn(
      `'${first.functionName}' has ${first.reservedCount} reserved where plans want ${first.wantedCount}${short.length > 1 ? `, and ${short.length - 1} more` : ''}`,
      'look at the log of the reserver, which runs each minute; the slots above it are throttled until then',
    );
  });
}
