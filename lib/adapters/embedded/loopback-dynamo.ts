import type { MessagePort } from 'node:worker_threads';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { portRequestHandler } from './port-request-handler.ts';

const ATTEMPT_MAX = 3;
/** dynalite asks for a signature and checks none; computing one is a fifth of the client's time for a request. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none';

/** The real DynamoDB client for a server in another thread, at the other end of a port: nothing is looked up or signed. */
export function loopbackDynamo(port: MessagePort): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint: 'http://localhost',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    signer: UNSIGNED,
    accountIdEndpointMode: 'disabled',
    maxAttempts: ATTEMPT_MAX,
    requestHandler: portRequestHandler(port),
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
