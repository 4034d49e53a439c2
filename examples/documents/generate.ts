/** Writes documents, one JSON object a line: `node examples/documents/generate.ts 500 documents.ndjson`. The same ones each time. */
import { writeFile } from 'node:fs/promises';
import { seededRandom } from '../../lib/core/random.ts';

const WORDS =
  'the a house river mountain government responsibility walks measures understands slowly quickly blue and of'.split(
    ' ',
  );

const [count = '500', path = 'documents.ndjson'] = process.argv.slice(2);
const random = seededRandom(3);
const upTo = (most: number) => 1 + Math.floor(random() * most);

function sentence(): string {
  const words = Array.from({ length: 2 + upTo(16) }, () => WORDS[Math.floor(random() * WORDS.length)] ?? 'the');
  return `${words.join(' ')}.`;
}

const documents = Array.from({ length: Number(count) }, (_, number) => ({
  id: `document-${String(number).padStart(4, '0')}`,
  text: Array.from({ length: upTo(12) }, sentence).join(' '),
}));
await writeFile(path, documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
