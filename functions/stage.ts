import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { isBadInput } from '../lib/core/foreshard-error.ts';
import { PARSED_ONCE, parseStrictly } from '../lib/core/parse-strictly.ts';
import type { Services } from '../lib/ports/services.ts';

/** What a handler gets from outside: the runtime that it runs in hands its services in. */
export interface StageContext extends Context {
  readonly services: Services;
}

/** What a handler may know of its own call: who it is, and when it has to be over. */
export type Call = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

interface Stage<Schema extends z.ZodType, Out> {
  /** The stage's function: its log field, its metric dimension, its file. */
  readonly name: string;
  readonly input: Schema;
  readonly run: (input: z.output<Schema>, services: Services, call: Call) => Promise<Out>;
}

/** A stage's function in both runtimes. */
export type StageHandler<Out> = (event: unknown, context: StageContext) => Promise<Out>;

/**
 * Makes a Lambda handler of a stage: parses its event strictly, hands it the services, and logs what became of it. An
 * error goes on as it is, so that the state machine sees its name.
 */
export function stage<Schema extends z.ZodType, Out>({ name, input, run }: Stage<Schema, Out>): StageHandler<Out> {
  const logger = new Logger({ serviceName: 'foreshard', persistentKeys: { stage: name } });
  const handler = middy<unknown, Out, Error, StageContext>()
    .onError(({ error, event }) => {
      if (!error) return;
      const report = { error, ...keysOf(event) };
      if (isBadInput(error)) logger.warn(error.message, report);
      else logger.error(error.message, report);
    })
    .after(({ event, response }) => logger.info('done', { ...keysOf(event), response: response as object }))
    .handler(async (event: unknown, context: StageContext) => {
      return run(parseStrictly(input, event, `event of the ${name}`, PARSED_ONCE), context.services, context);
    });
  return (event, context) => handler(event, context) as Promise<Out>;
}

/** What a log line says of its event: whose it is. A definition given inline would be a page of its own. */
function keysOf(event: unknown): Readonly<Record<string, unknown>> {
  const { run, slot, execution } = Object(event) as Readonly<Record<string, unknown>>;
  return { run, slot, execution };
}
