// The own authority as the port that sealing uses: no HTTP to oneself, the same register of serial numbers.
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import { OID } from '../../common/pki/oids.ts';
import { makeTimeStampToken } from '../../common/pki/time-stamp.ts';
import { issueTimeStamp, SERIAL_BYTES, type TimeStampDeps } from './answer-time-stamp.ts';

/** `isForRelease`: for tokens that leave the room in sealings only, behind the commit of their release. */
export function makeOwnStamper(
  deps: Pick<TimeStampDeps, 'db' | 'clock' | 'authority'>,
  isForRelease: boolean,
): TimeStamper {
  const { certificate, chain } = deps.authority;
  const stampDigest = async (digest: Uint8Array): Promise<Uint8Array> => {
    try {
      const request = { imprint: { algorithm: OID.sm3, digest }, nonce: null, certReq: true };
      return await issueTimeStamp(deps, request, isForRelease);
    } catch (cause) {
      const detail = 'The time-stamp authority of this room gives no token';
      throw new TrustError('time-stamp-unavailable', detail, { cause });
    }
  };
  let largest: Promise<number> | undefined;
  return {
    measure: () => {
      largest ??= measureLargest(deps.authority);
      return largest;
    },
    certificates: async () => [certificate, ...chain],
    stamp: (message) => stampDigest(sm3(message)),
    stampDigest,
  };
}

/** Bytes of the largest token that this authority can give, with a dummy signature: no key is used, no serial number given. */
async function measureLargest({ certificate, chain, policy }: TimeStampDeps['authority']): Promise<number> {
  const token = await makeTimeStampToken({
    policy,
    digest: new Uint8Array(32),
    serial: new Uint8Array(SERIAL_BYTES).fill(0xff),
    time: new Date('2026-01-01T00:00:00.999Z'),
    nonce: null,
    certificate,
    chain,
    sign: async () => new Uint8Array(72),
  });
  return token.length;
}
