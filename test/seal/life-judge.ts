// The seal by itself, judged as a verifier would judge it.
import { verifySealFile } from '../../seal/flow/verify-detached.ts';
import { AT } from '../_harness/pki.ts';
import { pki } from './world.ts';

/** `passed`, or the first step that did not. */
export function verifyPartyTrust(eseal: Uint8Array): string {
  const report = verifySealFile(eseal, { trust: pki.trust, now: AT });
  const failed = report.signatures[0]!.steps.find(({ status }) => status === 'failed');
  return failed ? `${failed.name}: ${failed.finding}` : 'passed';
}
