import type { CostUsd, DurationMs, MemoryMiB } from '../core/quantity.ts';

/**
 * AWS list prices in us-east-1, US dollars, as published on 2025-11-01; no free tier, no savings plan. Those of Lambda,
 * DynamoDB and S3 are the same in the offer files of 2026-08-31: see docs/deploy.md.
 *
 * @see https://aws.amazon.com/lambda/pricing, /step-functions/pricing, /dynamodb/pricing/on-demand, /s3/pricing,
 *   /cloudwatch/pricing
 */
export const PRICES = {
  lambdaX86GibSecond: 0.0000166667,
  lambdaArmGibSecond: 0.0000133334,
  lambdaArmProvisionedGibSecond: 0.0000033334,
  lambdaArmProvisionedUseGibSecond: 0.0000077778,
  lambdaRequest: 0.2e-6,
  stepFunctionsTransition: 25e-6,
  dynamoDbWrite: 0.625e-6,
  dynamoDbRead: 0.125e-6,
  s3Put: 5e-6,
  s3Get: 0.4e-6,
  cloudWatchLogGib: 0.5,
  cloudWatchMetricMonth: 0.3,
  cloudWatchMetricRead: 10e-6,
} as const;

/** What a run used, counted or expected. */
export interface RunUsage {
  /** Time of worker functions times their memory. */
  readonly gibSeconds: number;
  readonly requestCount: number;
  readonly transitionCount: number;
  readonly writeCount: number;
  readonly readCount: number;
  readonly putCount: number;
  readonly getCount: number;
}

/** The price of a run, part by part. */
export interface RunCost {
  readonly lambdaUsd: CostUsd;
  readonly stepFunctionsUsd: CostUsd;
  readonly dynamoDbUsd: CostUsd;
  readonly s3Usd: CostUsd;
  readonly totalUsd: CostUsd;
}

/** @param architecture of the worker functions. @default 'x86' */
export function runCost(usage: RunUsage, architecture: 'x86' | 'arm' = 'x86'): RunCost {
  const lambdaUsd = usage.gibSeconds * gibSecondPrice(architecture) + usage.requestCount * PRICES.lambdaRequest;
  const stepFunctionsUsd = usage.transitionCount * PRICES.stepFunctionsTransition;
  const dynamoDbUsd = usage.writeCount * PRICES.dynamoDbWrite + usage.readCount * PRICES.dynamoDbRead;
  const s3Usd = usage.putCount * PRICES.s3Put + usage.getCount * PRICES.s3Get;
  return {
    lambdaUsd,
    stepFunctionsUsd,
    dynamoDbUsd,
    s3Usd,
    totalUsd: lambdaUsd + stepFunctionsUsd + dynamoDbUsd + s3Usd,
  };
}

/** What a worker of a tier costs for a time. */
export function workerCost(memoryMiB: MemoryMiB, durationMs: DurationMs): CostUsd {
  return gibSeconds(memoryMiB, durationMs) * PRICES.lambdaX86GibSecond;
}

export function gibSeconds(memoryMiB: MemoryMiB, durationMs: DurationMs): number {
  return (memoryMiB / 1_024) * (durationMs / 1_000);
}

function gibSecondPrice(architecture: 'x86' | 'arm'): CostUsd {
  return architecture === 'arm' ? PRICES.lambdaArmGibSecond : PRICES.lambdaX86GibSecond;
}
