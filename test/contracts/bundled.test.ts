import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOptions } from '../../infra/bundle.ts';
import type * as Dynamo from '../../lib/adapters/aws/dynamo-table.ts';
import { MULTIPART_MIN_BYTES } from '../../lib/adapters/aws/put-in-parts.ts';
import type * as S3 from '../../lib/adapters/aws/s3-object-store.ts';
import { tableSchema } from '../../lib/adapters/aws/table-schema.ts';
import type { Table } from '../../lib/ports/table.ts';
import { objectStoreContract } from './object-store-contract.ts';
import { tableContract } from './table-contract.ts';

const ROOT = join(import.meta.dirname, '../..');
const CODE = `
  export * as s3 from '@aws-sdk/client-s3';
  export * as dynamo from '@aws-sdk/client-dynamodb';
  export { s3ObjectStore } from './lib/adapters/aws/s3-object-store.ts';
  export { dynamoTable } from './lib/adapters/aws/dynamo-table.ts';`;

interface Bundled {
  readonly s3: typeof import('@aws-sdk/client-s3');
  readonly dynamo: typeof import('@aws-sdk/client-dynamodb');
  readonly s3ObjectStore: typeof S3.s3ObjectStore;
  readonly dynamoTable: typeof Dynamo.dynamoTable;
}

const unique = `${process.pid}-${Date.now()}`;
const LocationConstraint = 'eu-central-1';

/** The same promises of the two adapters that every handler has, from a bundle with all that is left out of it. */
describe.skipIf(process.env.AWS_ENDPOINT_URL === undefined)('bundled, on AWS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'foreshard-bundled-'));
  let made: Bundled;
  beforeAll(async () => {
    const stdin = { contents: CODE, resolveDir: ROOT, loader: 'ts' } as const;
    await build({ ...bundleOptions(), stdin, entryNames: 'adapters', outdir: folder });
    made = await import(join(folder, 'adapters.mjs'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  objectStoreContract('S3', async () => {
    const s3 = new made.s3.S3Client();
    const [own, other] = [`own-${unique}`, `other-${unique}`];
    for (const Bucket of [own, other]) {
      await s3.send(new made.s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
    }
    return { objects: made.s3ObjectStore(s3, own), bucket: other, close: async () => s3.destroy() };
  });

  it('S3 writes a large body in parts, and names a bucket that is not there', async () => {
    const s3 = new made.s3.S3Client();
    const objects = made.s3ObjectStore(s3, `own-${unique}`);
    const body = new Uint8Array(MULTIPART_MIN_BYTES + 1).fill(7);
    expect(await objects.put('large', body, { ifAbsent: true })).toEqual({ stored: true });
    expect(await objects.info('large')).toEqual({ location: 'large', sizeBytes: body.length });
    expect(await objects.get('large', { start: body.length - 3, end: body.length + 5 })).toEqual(body.subarray(-3));
    const away = made.s3ObjectStore(s3, `away-${unique}`).put('a', new Uint8Array());
    await expect(away).rejects.toMatchObject({ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
    s3.destroy();
  });

  describe('DynamoDB', () => {
    let table: Table;
    beforeAll(async () => {
      const client = new made.dynamo.DynamoDBClient();
      const tableName = `bundled-${unique}`;
      await client.send(new made.dynamo.CreateTableCommand(tableSchema(tableName)));
      table = made.dynamoTable({ client, tableName });
    });
    tableContract('table', () => table, { failsOnUnlikeTypes: true });

    it('names a table that is not there', async () => {
      const away = made.dynamoTable({ client: new made.dynamo.DynamoDBClient(), tableName: 'away' });
      await expect(away.get({ partition: 'a', sort: 'b' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });
  });
});
