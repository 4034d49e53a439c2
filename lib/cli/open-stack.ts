import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { awsServices } from '../adapters/aws/aws-services.ts';
import { type Environment, parseEnvironment } from '../adapters/aws/environment.ts';
import { serviceFault } from '../adapters/aws/service-fault.ts';
import { errorName, ForeshardError } from '../core/foreshard-error.ts';
import type { Services } from '../ports/services.ts';
import type { ExtensionModule } from '../run/extensions.ts';

/** A deployed stack as its own functions see it. */
export interface OpenStack {
  readonly name: string;
  readonly services: Services;
  readonly environment: Environment;
}

/** The function that is asked what the stack consists of: every stack has it, and nobody else's is called so. */
const ASKED = 'monitor';

/**
 * Finds a stack by its name: table, bucket, machines and settings are those that its functions were deployed with, so
 * that nothing needs to be written down a second time. Region and credentials are found by the SDK.
 *
 * @throws {ForeshardError} `InvalidInput` when there is no such stack, or it is of another version
 */
export async function openStack(name: string, module: ExtensionModule): Promise<OpenStack> {
  const variables = await stackVariables(name);
  const environment = parseEnvironment(variables);
  return { name, environment, services: awsServices({ ...process.env, ...variables }, module) };
}

async function stackVariables(name: string): Promise<Readonly<Record<string, string>>> {
  const client = new LambdaClient();
  const functionName = `${name.toLowerCase()}-${ASKED}`;
  try {
    const answer = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    return answer.Environment?.Variables ?? {};
  } catch (error) {
    throw await stackFault(error, { name, functionName, client });
  } finally {
    client.destroy();
  }
}

async function stackFault(
  error: unknown,
  {
    name,
    functionName,
    client,
  }: { readonly name: string; readonly functionName: string; readonly client: LambdaClient },
): Promise<unknown> {
  const kind = errorName(error);
  const region = await client.config.region().catch(() => undefined);
  if (region === undefined) return noAccess('no region is set; set AWS_REGION, or a profile that has one', error);
  if (kind === 'ResourceNotFoundException') {
    return noAccess(
      `there is no stack '${name}' in ${region}: it would have a function '${functionName}'; deploy it, or set --stack and AWS_REGION to where it lies`,
      error,
    );
  }
  if (kind === 'CredentialsProviderError')
    return noAccess('there are no credentials; set AWS_PROFILE or log in', error);
  if (kind === 'AccessDeniedException') {
    return noAccess(`these credentials may not read '${functionName}'; allow lambda:GetFunctionConfiguration`, error);
  }
  return serviceFault(error, `GetFunctionConfiguration of '${functionName}'`);
}

function noAccess(message: string, cause: unknown): ForeshardError {
  return new ForeshardError('InvalidInput', message, { cause });
}
