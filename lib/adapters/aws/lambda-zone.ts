import * as z from 'zod';

const PATH = '/2026-01-15/metadata/execution-environment';
const TIMEOUT_MS = 500;

const Metadata = z.object({ AvailabilityZoneID: z.string() });

/**
 * The zone in which this execution environment really is, by its physical ID: `use1-az1`. It never changes.
 *
 * @returns nothing outside Lambda, or when the endpoint does not answer: work goes on without knowing
 * @see AWS Lambda Developer Guide, "Using the Lambda metadata endpoint"
 */
export async function lambdaZone(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { AWS_LAMBDA_METADATA_API: host, AWS_LAMBDA_METADATA_TOKEN: token } = environment;
  if (host === undefined || token === undefined) return undefined;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await fetch(`http://${host}${PATH}`, { headers: { authorization: `Bearer ${token}` }, signal });
    return answer.ok ? Metadata.parse(await answer.json()).AvailabilityZoneID : undefined;
  } catch {
    return undefined;
  }
}
