import { systemClock } from '../../lib/adapters/system-clock.ts';
import { clockContract } from '../contracts/clock-contract.ts';

clockContract('the system', systemClock);
