import { memoryTable } from '../../../lib/adapters/embedded/memory-table.ts';
import { tableContract } from '../../contracts/table-contract.ts';

const table = memoryTable();

tableContract('memory', () => table);
