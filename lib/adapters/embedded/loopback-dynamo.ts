import { type MessagePort, threadId } from 'node:worker_threads';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { seededRandom } from '../../core/random.ts';
import { chaosRequests } from './chaos-requests.ts';
import type { ChaosSpec } from './chaos-spec.ts';
import { portRequestHandler } from './port-request-handler.ts';

const ATTEMPT_MAX = 3;
/** dynalite asks for a signature and checks none; computing one is a fifth of the client's time for a request. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none';

/** The real DynamoDB client for a server in another thread, at the other end of a port: nothing is looked up or signed. With chaos, requests go wrong. */
export function loopbackDynamo(port: MessagePort, chaos?: ChaosSpec): DynamoDBClient {
  const handler = portRequestHandler(port);
  const client = new DynamoDBClient({
    endpoint: 'http://localhost',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    signer: UNSIGNED,
    accountIdEndpointMode: 'disabled',
    maxAttempts: ATTEMPT_MAX,
    requestHandler: chaos ? chaosRequests(handler, chaos, seededRandom(chaos.seed + threadId)) : handler,
  });
  // it copies every request and answer for a log that nobody keeps
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

const UNSIGNED = {
  async sign(request) {
    request.headers.authorization = AUTHORIZATION;
    request.headers['x-amz-date'] = '20260101T000000Z';
    return request;
  },
} satisfies DynamoDBClientConfig['signer'];
