// The development page of messages. It is no row of the route table in production.

import type { Knex } from 'knex';
import type Koa from 'koa';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { openMessage } from '../domain/message.ts';
import { listOutbox } from '../store/outbox.ts';
import { outboxPage } from '../web/outbox-page.ts';

const SHOWN = 50;

export function makeOutboxHandler({ db, keys }: { db: Knex; keys: DocumentKeys }): (ctx: Koa.Context) => Promise<void> {
  return async (ctx) => {
    const rows = await listOutbox(db, SHOWN);
    const messages = rows.map(({ id, kind, box, createdAt }) => ({
      at: createdAt,
      kind,
      ...openMessage(keys, id, box),
    }));
    sendPage(ctx, outboxPage(pageFrame(ctx), { messages }));
  };
}
