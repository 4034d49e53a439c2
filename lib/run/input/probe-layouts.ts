import type { Services } from '../../ports/services.ts';
import type { InputLayout } from '../../shards/input-layout.ts';
import type { OperationId, Workflow } from '../../workflow/definition.ts';
import { probeLayout } from './probe-layout.ts';

/** The layout of every data source of a workflow. */
export async function probeLayouts(
  workflow: Workflow,
  { objects, sources }: Pick<Services, 'objects' | 'sources'>,
): Promise<ReadonlyMap<OperationId, InputLayout>> {
  const probes = workflow.operations.flatMap(({ id, input }) => {
    return input ? [probeLayout(input, objects, sources).then((layout) => [id, layout] as const)] : [];
  });
  return new Map(await Promise.all(probes));
}

/** How much each data source holds. */
export function inputBytes(layouts: ReadonlyMap<OperationId, InputLayout>): ReadonlyMap<OperationId, number> {
  const total = ({ segments }: InputLayout) => segments.reduce((sum, { bytes }) => sum + bytes, 0);
  return new Map([...layouts].map(([id, layout]) => [id, total(layout)]));
}
