import { Agent } from 'node:http';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** Connections that one thread keeps open; a slot has a few requests under way at the most. */
const SOCKET_MAX = 16;
const ATTEMPT_MAX = 3;
/** dynalite asks for a signature and checks none; computing one is a fifth of the client's time for a request. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none';

/** The real DynamoDB client for a server on this machine: connections stay open, nothing is looked up or signed. */
export function loopbackDynamo(port: number): DynamoDBClient {
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    signer: UNSIGNED,
    accountIdEndpointMode: 'disabled',
    maxAttempts: ATTEMPT_MAX,
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: SOCKET_MAX }) },
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
