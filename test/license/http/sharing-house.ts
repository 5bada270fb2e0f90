// A license room with units that read, and what tests of sharing do in it: a unit asks, a holder decides on his page, the unit
// calls the operations of GB/T 36906.
import type { ExecutionContext } from 'ava';
import { consentRequestDocument } from '../../../common/contract/license-consent.ts';
import { SHARING_OPERATIONS, type SharingOperation } from '../../../common/contract/license-sharing.ts';
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import { asked, keyOf, MATTER, PURPOSE, READER, registerReaders, ZHANGSAN } from '../sharing-world.ts';
import { type LicenseHouse, startLicense } from './license-house.ts';

export const BACK = `https://${READER}.example.gov.cn/back?from=license`;
export const ADMIN = { sub: 'admin-1', roles: [{ org: '11360100MB0D000533', unit: '证照科', role: 'license-admin' }] };

export async function startSharing(t: ExecutionContext): Promise<LicenseHouse> {
  const house = await startLicense(t);
  await registerReaders(house.deps.db);
  return house;
}

type Head = Record<string, unknown>;
export async function share(
  house: LicenseHouse,
  operation: SharingOperation,
  data: object,
  head: Head = {},
  client = READER,
) {
  const { path, answer } = SHARING_OPERATIONS[operation];
  const json = { head: { purpose: PURPOSE, matterCode: MATTER.code, ...head }, data };
  const token = await house.token(client, 'license:read');
  const found = await house.call('POST', path, { token, json });
  return { ...found, head: found.status === 200 ? answer.parse(found.json).head : null };
}

export async function askFor(house: LicenseHouse, change: Parameters<typeof asked>[0] = {}) {
  const token = await house.token(READER, 'license:read');
  const answer = await house.call('POST', '/v1/consent-requests', { token, json: asked(change) });
  return { answer, token, request: consentRequestDocument.parse(answer.json) };
}

/** A holder's browser on the page of a request. */
export async function openRequest(house: LicenseHouse, address: string, holder = ZHANGSAN) {
  const session = await house.session(keyOf(holder), { sub: `sub-${holder.name}` });
  const path = new URL(address).pathname;
  const page = await house.call('GET', path, { headers: { Cookie: session, Accept: 'text/html' } });
  const jar = new Map<string, string>();
  const keep = (answer: typeof page) => {
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=', 2);
      jar.set(name, value);
    }
    return answer;
  };
  keep(page);
  const headers = () => ({
    Cookie: [session, ...[...jar].map(([name, value]) => `${name}=${value}`)].join('; '),
    Accept: 'text/html',
  });
  const csrf = new RegExp(`name="${CSRF_FIELD}" value="([^"]+)"`).exec(page.text)?.[1] ?? '';
  const fields = [...page.text.matchAll(/type="checkbox" id="[^"]+" name="(give:[^"]+)"( checked="")?/g)];
  const send = async (form: Record<string, string>, to = path) =>
    keep(
      await house.call('POST', to, { headers: headers(), body: new URLSearchParams({ [CSRF_FIELD]: csrf, ...form }) }),
    );
  const look = (to: string) => house.call('GET', to, { headers: headers() });
  return {
    page,
    path,
    send,
    look,
    fields: fields.map(([, name = '', ticked]) => ({ name, ticked: ticked !== undefined })),
  };
}

export const agreeTo = (names: readonly string[]) => ({
  decision: 'agree',
  ...Object.fromEntries(names.map((name) => [name, 'on'])),
});

/** Everything that is asked for, given on the page; its id. */
export async function consent(house: LicenseHouse, change: Parameters<typeof asked>[0] = {}): Promise<string> {
  const { request, token } = await askFor(house, change);
  const { send, fields } = await openRequest(house, request.address);
  await send(agreeTo(fields.map(({ name }) => name)));
  const after = await house.call('GET', `/v1/consent-requests/${request.request_id}`, { token });
  return consentRequestDocument.parse(after.json).consent?.consent_id ?? '';
}
