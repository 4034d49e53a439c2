import * as z from 'zod';
import type { DurationMs } from '../../core/quantity.ts';

const Metadata = z.object({ AvailabilityZoneID: z.string().min(1) });

/** The endpoint answers from this host: what takes longer is not worth a shard's start. */
const TIMEOUT_MS: DurationMs = 500;

/**
 * Asks Lambda in which zone this execution environment really runs. It never moves: ask once.
 *
 * @param environment the process's, with the endpoint's address and token
 * @returns a zone ID, `use1-az1`; nothing outside Lambda, or when the endpoint does not answer: where a worker runs is
 *   telemetry, and no reason to fail a shard
 * @see AWS Lambda Developer Guide, "Using the Lambda metadata endpoint"
 */
export async function executionZone(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const { AWS_LAMBDA_METADATA_API: host, AWS_LAMBDA_METADATA_TOKEN: token } = environment;
  if (!host || !token) return undefined;
  try {
    const answer = await fetch(`http://${host}/2026-01-15/metadata/execution-environment`, {
      headers: { Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return Metadata.parse(await answer.json()).AvailabilityZoneID;
  } catch {
    return undefined;
  }
}
