import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { protocolContract } from '../contracts/protocol-contract.ts';

const table = memoryTable();

protocolContract('memory', () => table);
