import * as z from 'zod';
import { ForeshardError } from '../core/foreshard-error.ts';
import { defineTask, type TaskContext } from '../run/define-task.ts';

const LambdaParams = z.strictObject({
  /** Name or ARN of the function. Embedded, a function of this name that the task module exports. */
  function: z.string().min(1).max(170),
  /** Records of one call at the most; without it as many as fit. */
  recordMax: z.int().positive().optional(),
  /** Given to every call as it is. */
  payload: z.json().optional(),
  /** The field of an answered record that decides its partition in front of a wide edge. */
  keyField: z.string().min(1).optional(),
});
type LambdaParams = z.infer<typeof LambdaParams>;

/** What the function gets. */
export interface LambdaEvent {
  readonly records: readonly unknown[];
  readonly shard: TaskContext<unknown, unknown>['shard'];
  readonly payload: unknown;
}

/** What the function answers: records for the output, or nothing. */
const LambdaAnswer = z.union([z.null(), z.looseObject({ records: z.array(z.json()).default([]) })]);

/** A synchronous call carries 6 MB; the rest is for the envelope and for characters that JSON writes as several. */
const CALL_BYTES_MAX = 5_000_000;

/**
 * Gives a shard's records to a function that is there already, batch by batch, and writes what it answers. The function
 * may be called again with records that it has had: a shard that fails is tried anew as a whole.
 */
export const lambda = defineTask<LambdaParams, unknown>({
  name: 'lambda',
  params: LambdaParams,
  async run({ params, input, shard, call, signal, write }) {
    for await (const records of batches(input, params.recordMax ?? Number.POSITIVE_INFINITY)) {
      if (signal.aborted) return;
      const event: LambdaEvent = { records, shard, payload: params.payload ?? null };
      const answer = LambdaAnswer.safeParse(await call(params.function, event));
      if (!answer.success) throw noAnswer(params.function);
      for (const record of answer.data?.records ?? []) write(record, keyOf(record, params.keyField));
    }
  },
});

/** @throws {ForeshardError} `InvalidInput` when a single record is larger than a call can carry */
async function* batches(
  input: TaskContext<LambdaParams, unknown>['input'],
  recordMax: number,
): AsyncGenerator<readonly unknown[]> {
  let batch: unknown[] = [];
  let bytes = 0;
  for await (const { records, from } of input) {
    for (const record of records) {
      const size = Buffer.byteLength(JSON.stringify(record)) + 1;
      if (size > CALL_BYTES_MAX) throw tooLarge(from, size);
      if (batch.length >= recordMax || bytes + size > CALL_BYTES_MAX) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(record);
      bytes += size;
    }
  }
  if (batch.length > 0) yield batch;
}

function keyOf(record: unknown, field: string | undefined): string | undefined {
  if (field === undefined || typeof record !== 'object' || record === null) return undefined;
  const value: unknown = new Map<string, unknown>(Object.entries(record)).get(field);
  return value === undefined ? undefined : String(value);
}

function tooLarge(from: string, bytes: number): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `a record of '${from}' has ${bytes} bytes, and a call carries ${CALL_BYTES_MAX}; give the function its location and let it read the object itself`,
  );
}

function noAnswer(name: string): ForeshardError {
  return new ForeshardError(
    'TaskFailed',
    `'${name}' answered neither nothing nor an object; let it answer { "records": [...] }`,
  );
}
