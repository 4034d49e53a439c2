import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { inParallel } from '../../core/in-parallel.ts';
import type { Bytes } from '../../core/quantity.ts';

/** From here on a body goes in parts: one lost connection then costs a part and not the whole. */
export const MULTIPART_MIN_BYTES: Bytes = 32 * 1024 * 1024;
/** S3 wants at least 5 MiB in each part but the last, and at most 10,000 parts: this reaches 156 GiB. */
const PART_BYTES: Bytes = 16 * 1024 * 1024;
const PARALLEL_MAX = 4;

export interface MultipartTarget {
  readonly Bucket: string;
  readonly Key: string;
  /** `*`: only when the key is still free. S3 checks it when the upload is completed. */
  readonly IfNoneMatch?: string;
}

/**
 * Writes a large body in parts, each with its checksum. What was uploaded is thrown away when a part fails or when
 * another writer was first; a bucket rule clears what a crash leaves.
 *
 * @throws the client's error, `PreconditionFailed` (412) when the key is taken
 */
export async function putInParts(client: S3Client, target: MultipartTarget, body: Uint8Array): Promise<void> {
  const { Bucket, Key } = target;
  const create = new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'CRC32' });
  const { UploadId } = await client.send(create);
  const upload = { Bucket, Key, UploadId };
  try {
    const numbers = Array.from({ length: Math.ceil(body.length / PART_BYTES) }, (_, index) => index + 1);
    const Parts = await inParallel(numbers, PARALLEL_MAX, async (PartNumber) => {
      const Body = body.subarray((PartNumber - 1) * PART_BYTES, PartNumber * PART_BYTES);
      const command = new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'CRC32' });
      const { ETag, ChecksumCRC32 } = await client.send(command);
      return { PartNumber, ETag, ChecksumCRC32 };
    });
    await client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: [...Parts] } }),
    );
  } catch (error) {
    // The first error matters; a failed clean-up is left to the bucket's rule for unfinished uploads.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
