import * as z from 'zod';
import { Workflow } from './definition.ts';

/**
 * The workflow definition as JSON Schema (draft 2020-12), for editors: what may be written, with defaults left out.
 * What only a program can check (names, rings, inputs that go together) is left to {@link parseWorkflow}.
 */
export function workflowSchema(): z.core.JSONSchema.JSONSchema {
  const { $schema, ...form } = z.toJSONSchema(Workflow, { target: 'draft-2020-12', io: 'input' });
  return {
    ...($schema !== undefined && { $schema }),
    title: 'Foreshard workflow',
    description: 'What a data workflow reads, does and must keep: the input of `foreshard plan` and `foreshard run`.',
    ...form,
  };
}
