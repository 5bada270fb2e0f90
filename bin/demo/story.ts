// The story of the house, told by its real clients over HTTP: every line that is printed with ✓ was checked.
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type TrustRoots, trustRoots } from '../../common/contract/seal.ts';
import { SEAL } from '../seed/values.ts';
import { call } from './api.ts';
import { tellIssuing } from './chapters/issuing.ts';
import { tellIssuingInBulk } from './chapters/issuing-in-bulk.ts';
import { tellPresenting } from './chapters/presenting.ts';
import { tellPresentingSeveral } from './chapters/presenting-several.ts';
import { tellRenewing } from './chapters/renewing.ts';
import { tellRevoking } from './chapters/revoking.ts';
import { tellSharing } from './chapters/sharing.ts';
import { tellSingleSignOn } from './chapters/single-sign-on.ts';
import { tellSuspending } from './chapters/suspending.ts';
import { tellVerifying } from './chapters/verifying.ts';
import { makeOfflineSeal } from './offline-seal.ts';
import { writeProof } from './proof.ts';
import type { Teller } from './teller.ts';
import type { World } from './world.ts';

/** Throws `StoryError` at the first line that does not hold. Leaves its proof in `world.outFolder`. */
export async function tellStory(world: World, tell: Teller, now: Date): Promise<void> {
  await tellSingleSignOn(world, tell);
  const issued = await tellIssuing(world, tell, now);
  const seal = await call('GET', `${world.sealUrl}/v1/seals/${SEAL.esID}/file`);
  tell.check(seal.status === 200, `the seal room hands out the seal, ${seal.bytes.length} bytes`);
  const trust = await fetchTrust(world, tell);
  const offlineSeal = await makeOfflineSeal(now);
  await writeProof(world.outFolder, {
    pdf: issued.pdf,
    trustRoots: world.trustRoots,
    trust,
    seal: seal.bytes,
    offlineSeal,
  });
  const report = await tellVerifying(world, tell, issued);
  await writeFile(join(world.outFolder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  const lastYears = await tellIssuingInBulk(world, tell, now);
  await tellPresenting(world, tell, issued);
  await tellPresentingSeveral(world, tell, now);
  await tellSharing(world, tell, issued, now);
  await tellRenewing(world, tell, lastYears, now);
  await tellSuspending(world, tell, issued);
  await tellRevoking(world, tell, issued);
}

/** The stores that the seal room publishes, and the revocation lists that they name: enough to verify without a network. */
async function fetchTrust(world: World, tell: Teller): Promise<Readonly<Record<string, string | Uint8Array>>> {
  const published = trustRoots.parse((await call('GET', `${world.sealUrl}/v1/trust-roots`)).json<unknown>());
  const { makers, signers, time_stamping: time, revocation } = published;
  const pem = (store: TrustRoots['makers']) => store.map((one) => one.pem).join('');
  const lists = revocation.sources.flatMap(({ crl }) => crl ?? []);
  const fetched = await Promise.all(lists.map((url) => call('GET', url)));
  tell.check(
    fetched.length > 0 && fetched.every(({ status }) => status === 200),
    `and whom it trusts, makers, signers and time stamps apart, with ${lists.length} revocation lists`,
  );
  return {
    'makers.pem': pem(makers),
    'signers.pem': pem(signers),
    'tsa.pem': pem(time),
    ...Object.fromEntries(lists.map((url, index) => [basename(url), fetched[index]!.bytes])),
  };
}
