import { Agent } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Connections that one thread keeps open; a slot has a few requests under way at the most. */
const SOCKET_MAX = 16;
const ATTEMPT_MAX = 3;

/**
 * The real DynamoDB client for a server on this machine: connections stay open, nothing is looked up in the
 * environment, and the credentials are for show, because dynalite asks for a signature and checks none.
 */
export function loopbackDynamo(port: number): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    accountIdEndpointMode: 'disabled',
    maxAttempts: ATTEMPT_MAX,
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: SOCKET_MAX }) },
  });
}
