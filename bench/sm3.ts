// SM3 over 1 MB: what the house's wrapper costs over node:crypto, and sm-crypto beside it.
import { createHash, randomBytes } from 'node:crypto';
import smCrypto from 'sm-crypto';
import { sm3 as hash } from '../common/crypto/sm3.ts';
import { type Benchmark, measure } from './measure.ts';

export const sm3: Benchmark = {
  name: 'sm3',
  run: async () => {
    const bytes = randomBytes(1_000_000);
    const variants = {
      floor: () => void createHash('sm3').update(bytes).digest(),
      house: () => void hash(bytes),
      'sm-crypto': () => void smCrypto.sm3(bytes as unknown as number[]),
    };
    return [await measure('SM3 of 1 MB', 'one hash', variants, { rounds: 15, times: 10, slow: ['sm-crypto'] })];
  },
};
