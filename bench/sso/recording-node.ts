// The identity room as ever, which besides tells on demand which statements it sent: {type: 'record'} begins, {type:
// 'recorded'} ends and answers them. What they cost by pg alone is a floor (statement-process.ts).
import pg from 'pg';

export type Recorded = { readonly name?: string; readonly text: string; readonly values?: readonly unknown[] };

let recorded: Recorded[] | null = null;
const query = pg.Client.prototype.query;
Object.defineProperty(pg.Client.prototype, 'query', {
  value: function queryAndRecord(this: pg.Client, config: unknown, ...rest: unknown[]): unknown {
    if (recorded !== null && typeof config === 'object' && config !== null && 'text' in config) {
      const { name, text, values } = config as Recorded;
      recorded.push({ ...(name === undefined ? {} : { name }), text, values: (values ?? []).map(toPlain) });
    }
    return Reflect.apply(query, this, [config, ...rest]);
  },
});
process.on('message', (message: { type?: string }) => {
  if (message.type === 'record') recorded = [];
  if (message.type !== 'recorded') return;
  process.send?.({ type: 'recorded', statements: recorded ?? [] });
  recorded = null;
});

/** What crosses the channel and comes back the same by `fromPlain` of sent-statements.ts. */
function toPlain(value: unknown): unknown {
  if (value instanceof Date) return { date: value.toISOString() };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') };
  return value;
}

await import('../../identity/main.ts');
