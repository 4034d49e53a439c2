import { memoryProvisioning } from '../memory-provisioning.ts';
import { provisioningContract } from './provisioning-contract.ts';

provisioningContract('in memory', async () => ({
  provisioning: memoryProvisioning(() => 0),
  functionName: (suffix) => suffix,
  close: async () => undefined,
}));
