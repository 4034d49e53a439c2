import * as z from 'zod';

/** Recorded amounts are never negative; a recorder that could not measure leaves the field out. */
const Amount = z.number().nonnegative();

const Names = z.array(z.string()).default([]);

/** A task as it was specified: its files and its neighbours. */
export const WfTask = z.object({
  id: z.string().min(1),
  parents: Names,
  children: Names,
  inputFiles: Names,
  outputFiles: Names,
});
export type WfTask = z.infer<typeof WfTask>;

/** A task as it was executed. */
export const WfExecution = z.object({
  id: z.string().min(1),
  runtimeInSeconds: Amount,
  /** Per cent of one core: 200 is two cores busy all the time. */
  avgCPU: Amount.optional(),
  memoryInBytes: Amount.optional(),
});
export type WfExecution = z.infer<typeof WfExecution>;

/**
 * What Foreshard reads of a recorded workflow in WfFormat 1.5; other fields are left alone, the format has many.
 *
 * @see Coleman et al., "WfCommons: A framework for enabling scientific workflow research and development", 2022
 */
export const WfInstance = z.object({
  name: z.string().min(1),
  schemaVersion: z.literal('1.5'),
  workflow: z.object({
    specification: z.object({
      tasks: z.array(WfTask).min(1),
      files: z.array(z.object({ id: z.string(), sizeInBytes: Amount })).default([]),
    }),
    execution: z.object({ tasks: z.array(WfExecution) }),
  }),
});
export type WfInstance = z.infer<typeof WfInstance>;
