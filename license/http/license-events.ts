// GET /v1/licenses/{identifier}/events: the record of a license for the authority that issued it.
import type Koa from 'koa';
import { licenseIdentifier } from '../../common/contract/license.ts';
import { type EventPageDocument, eventPage, eventQuery } from '../../common/contract/license-event.ts';
import { TrustError } from '../../common/errors.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import type { Operation } from '../../common/http/operation.ts';
import { parseContract } from '../../common/http/parse-contract.ts';
import type { Handler } from '../../common/http/routes.ts';
import { LICENSE_EVENT_KINDS } from '../domain/license-event.ts';
import { recordReadings } from '../flow/authority-readings.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { authorityClient } from '../flow/issuer.ts';
import { type EventPage, readEvents } from '../flow/read-events.ts';
import { getIssuedLicense } from '../flow/read-license.ts';
import type { EventPlace } from '../store/events.ts';
import { identifierOf } from './licenses.ts';

export const EVENTS_OPERATION = {
  id: 'listLicenseEvents',
  tag: 'Licenses',
  summary: 'Read the record of a license',
  summaryZh: '查询证照的办理与使用记录',
  description:
    'Everything that happened to the license and who read it, newest first, by any of its identifiers. Only of licenses that ' +
    'the issuing authority of this client issued. This reading will stand there too.',
  params: { identifier: licenseIdentifier },
  query: eventQuery,
  answers: { 200: { description: 'One page', content: { schema: eventPage } } },
  problems: ['invalid-request', 'identifier-malformed', 'identifier-check', 'license-not-found', 'license-shredded'],
} as const satisfies Operation;

export function makeEventsHandler(deps: LicenseDeps, gate: BearerGate): Handler {
  return async (ctx: Koa.Context) => {
    const { before, kind, limit } = parseContract(eventQuery, { ...ctx.query }, 'query');
    const authority = await authorityClient(deps, gate.actorOf(ctx).clientId);
    const license = await getIssuedLicense(deps, authority, identifierOf(ctx));
    const kinds = LICENSE_EVENT_KINDS.filter((known) => kind === undefined || known === kind);
    if (kinds.length === 0) throw new TrustError('invalid-request', `there is no kind "${kind}"`, { pointer: '/kind' });
    const page = await readEvents(deps, license, { kinds, limit, before: placeOf(before) });
    await recordReadings(deps, authority, 'record', [license]);
    ctx.body = documentOf(page);
  };
}

function documentOf({ entries, older }: EventPage): EventPageDocument {
  return {
    events: entries.map(({ event, detail }) => ({
      event_id: event.eventId,
      at: event.at.toISOString(),
      kind: event.kind,
      identifier: event.identifier,
      actor: event.actor,
      organisation: event.organisation,
      basis: event.basis,
      request_id: event.requestId,
      detail: { ...detail },
    })),
    older: older && `${older.at.getTime()}.${older.eventId}`,
  };
}

/** The contract has judged its form. */
function placeOf(text: string | undefined): EventPlace | null {
  if (text === undefined) return null;
  const [milliseconds = '', eventId = ''] = text.split('.');
  return { at: new Date(Number(milliseconds)), eventId };
}
