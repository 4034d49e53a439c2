import { errorMessage, ForeshardError } from '../../core/foreshard-error.ts';

/** What CloudFormation must be told to know whose answer it is. */
export interface ResourceRequest {
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string | undefined;
}

/** CloudFormation takes no answer of more than 4 KiB. */
const REASON_MAX_CHARACTERS = 1_000;
const TIMEOUT_MS = 10_000;

/**
 * Tells CloudFormation how a request to a custom resource ended. Without an answer it waits for an hour.
 *
 * @param failure nothing when it went well
 * @throws {ForeshardError} `StoreUnavailable` when the answer could not be delivered
 * @see AWS CloudFormation User Guide, "Custom resource request types", "Custom resource response objects"
 */
export async function answerCloudFormation(request: ResourceRequest, failure: unknown): Promise<void> {
  const { ResponseURL, StackId, RequestId, LogicalResourceId, PhysicalResourceId = LogicalResourceId } = request;
  const failed = { Status: 'FAILED', Reason: errorMessage(failure).slice(0, REASON_MAX_CHARACTERS) };
  const outcome = failure === undefined ? { Status: 'SUCCESS' } : failed;
  const body = JSON.stringify({ ...outcome, PhysicalResourceId, StackId, RequestId, LogicalResourceId });
  // The URL is signed for a request without a type.
  const headers = { 'content-type': '' };
  const answer = await fetch(ResponseURL, { method: 'PUT', body, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (answer.ok) return;
  throw new ForeshardError('StoreUnavailable', `CloudFormation took no answer to '${RequestId}': ${answer.status}`);
}
