// What follows from events and notices: who is to be told of them, with what the message says of the license.
import type { Knex } from 'knex';
import type { WebhookType } from '../../common/contract/webhook.ts';
import { runStatement } from '../../common/db/statement.ts';

/** Something that happened, to be told under its id. */
export type Occurrence = {
  /** UUID: of the event or of the notice. */
  readonly id: string;
  readonly at: Date;
  readonly type: WebhookType;
  readonly licenseId: string;
  /** The version it was about; null: the one of now. */
  readonly identifier: string | null;
  readonly reader?: string | undefined;
};

/** One message to one subscriber: the number of the occurrence in the list that was given, and what is known of its license. */
export type Addressed = {
  readonly place: number;
  readonly subscriptionId: string;
  readonly identifier: string;
  readonly licenseType: string;
  readonly caseId: string | null;
  readonly state: string;
  readonly validTo: string;
};

// Without a subscription nothing is looked up.
const ADDRESS = {
  name: 'outbox-address',
  text: `with subscriptions as materialized (
      select subscription_id, organisation, types from license.webhook_subscriptions where gone_at is null)
    select (o.place - 1)::integer as place, s.subscription_id as "subscriptionId",
      coalesce(o.identifier, l.identifier) as identifier, l.license_type as "licenseType", l.state,
      coalesce(c.valid_to, l.valid_to) as "validTo", c.case_id as "caseId"
    from unnest($1::text[], $2::text[], $3::text[]) with ordinality as o (license_id, identifier, type, place)
    join license.licenses l on l.license_id = o.license_id
    join subscriptions s on s.organisation = l.organisation and o.type = any (s.types)
    left join lateral (
      select i.case_id, v.valid_to from license.license_versions v left join license.issues i on i.issue_id = v.issue_id
      where v.license_id = l.license_id and v.identifier = coalesce(o.identifier, l.identifier) limit 1) c on true
    where exists (select from subscriptions)
    order by o.place, s.subscription_id`,
};

/** In the order of the occurrences. */
export async function addressOccurrences(db: Knex, occurrences: readonly Occurrence[]): Promise<readonly Addressed[]> {
  if (occurrences.length === 0) return [];
  const { rows } = await runStatement<Addressed>(db, ADDRESS, [
    occurrences.map(({ licenseId }) => licenseId),
    occurrences.map(({ identifier }) => identifier),
    occurrences.map(({ type }) => type),
  ]);
  return rows;
}
