import { registryContract } from './contract.ts';
import { memoryRegistry } from './memory-registry.ts';

registryContract('memory registry', async () => memoryRegistry());
