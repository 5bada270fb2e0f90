// What the clients of the story ask of the license room: issue, further versions, acts on the state, and what anybody may
// ask of a license with its file or with two facts.
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenSource } from '../../common/client/token-source.ts';
import type { FileVerification, IssueDocument, LicenseDocument, LicenseState } from '../../common/contract/license.ts';
import type { LicenseCheck } from '../../common/contract/license-check.ts';
import { type Answer, call } from './api.ts';
import type { World } from './world.ts';

/** A license as the story holds it: what was told at its issue, and its file. */
export type Issued = { readonly license: LicenseDocument; readonly pdf: Uint8Array<ArrayBuffer> };

/** POST to where licenses or versions come from. A busy machine promises (202): then its address is asked until it is there. */
export async function issue(world: World, token: TokenSource, path: string, json: object): Promise<Answer> {
  const url = `${world.licenseUrl}${path}`;
  const answer = await call('POST', url, { token, json });
  if (answer.status !== 202) return answer;
  const address = new URL(answer.headers.get('location') ?? '', url).href;
  while ((await call('GET', address, { token })).json<IssueDocument>().state === 'pending') await sleep(200);
  return { ...(await call('POST', url, { token, json })), status: 201 };
}

/** The license that an answer of `issue` tells, with its file. */
export async function fetchIssued(world: World, token: TokenSource, answer: Answer): Promise<Issued> {
  const license = answer.json<LicenseDocument>();
  const { bytes } = await call('GET', new URL(license.file.href, world.licenseUrl).href, { token });
  return { license, pdf: bytes };
}

/** An act on the state; the key makes a repeated one harmless. */
export function act(world: World, token: TokenSource, identifier: string, json: { act: string; reason: string }) {
  const url = `${world.licenseUrl}/v1/licenses/${identifier}/acts`;
  return call('POST', url, { token, json, idempotencyKey: `${json.act}-${identifier.slice(-26)}` });
}

export async function verify(world: World, pdf: Uint8Array<ArrayBuffer>): Promise<FileVerification> {
  return (await call('POST', `${world.licenseUrl}/v1/verifications`, { pdf })).json<FileVerification>();
}

/** Without the file: identifier and the two facts that the license type names, as somebody reads them off a face. */
export async function checkByFacts(world: World, { license }: Pick<Issued, 'license'>): Promise<LicenseCheck> {
  const { identifier, license_type: code, holders, license_number, issued_on, valid_to, fields } = license;
  const type = (await call('GET', `${world.licenseUrl}/v1/license-types/${code}`)).json<PublishedType>();
  const face: Readonly<Record<string, string | undefined>> = {
    holder_name: holders[0]?.name,
    holder_code_last4: holders[0]?.code.slice(-4),
    license_number,
    issued_on,
    valid_to,
  };
  const readFact = (name: string) => (name.startsWith('field:') ? fields[name.slice('field:'.length)] : face[name]);
  const facts = Object.fromEntries(type.document.verify_facts.map((name) => [name, readFact(name)]));
  return (await call('POST', `${world.licenseUrl}/v1/verifications`, { json: { identifier, facts } })).json();
}

type PublishedType = { readonly document: { readonly verify_facts: readonly string[] } };

/** What a stranger is told, by file and by facts: whether the seal is intact, and the state if both ways say the same one. */
export async function lookUp(
  world: World,
  issued: Issued,
): Promise<{ readonly sealed: boolean; readonly state: LicenseState | null; readonly isCurrent: boolean | undefined }> {
  const [file, facts] = await Promise.all([verify(world, issued.pdf), checkByFacts(world, issued)]);
  const state = facts.license?.state ?? null;
  return {
    sealed: file.report.indication === 'TOTAL-PASSED' && file.license.registered_file,
    state: file.license.status === state ? state : null,
    isCurrent: facts.license?.is_current,
  };
}
