import * as z from 'zod';
import { PARSED_ONCE, parseStrictly } from '../../core/parse-strictly.ts';
import { Settings } from '../../core/settings.ts';

const PREFIX = 'FORESHARD_';

const Arn = z.string().regex(/^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:[\w-]{1,80}$/);

/** What the stack tells its functions, as variables that begin with `FORESHARD_`; an unknown one is an error. */
const Variables = z.strictObject({
  FORESHARD_TABLE: z.string().min(1),
  /** The run's own bucket: bare keys lie in it. */
  FORESHARD_BUCKET: z.string().min(1),
  /** The bucket of replicas, in this region or another; without it, no operation may ask for one. */
  FORESHARD_REPLICA_BUCKET: z.string().min(1).optional(),
  /** Where that bucket lies, when not here: a client asks for it there. */
  FORESHARD_REPLICA_REGION: z.string().min(1).optional(),
  FORESHARD_WORKFLOW_MACHINE: Arn,
  FORESHARD_SLOT_MACHINE: Arn,
  /** JSON of {@link Settings}. */
  FORESHARD_SETTINGS: z.string().transform(parseJson).pipe(Settings),
});

export interface Environment {
  readonly table: string;
  readonly bucket: string;
  readonly replicaBucket: string | undefined;
  readonly replicaRegion: string | undefined;
  readonly machineArns: { readonly workflow: string; readonly slot: string };
  readonly settings: Settings;
}

/** @throws {ForeshardError} `InvalidInput`, naming each variable that is missing, wrong or unknown */
export function parseEnvironment(environment: Readonly<Record<string, string | undefined>>): Environment {
  const own = Object.entries(environment).filter(([name, value]) => name.startsWith(PREFIX) && value !== undefined);
  const variables = parseStrictly(Variables, Object.fromEntries(own), 'the environment', PARSED_ONCE);
  return {
    table: variables.FORESHARD_TABLE,
    bucket: variables.FORESHARD_BUCKET,
    replicaBucket: variables.FORESHARD_REPLICA_BUCKET,
    replicaRegion: variables.FORESHARD_REPLICA_REGION,
    machineArns: { workflow: variables.FORESHARD_WORKFLOW_MACHINE, slot: variables.FORESHARD_SLOT_MACHINE },
    settings: variables.FORESHARD_SETTINGS,
  };
}

/** Text that is no JSON stays text: the schema behind then says what it wants instead. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
