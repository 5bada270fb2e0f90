// A process that writes rows, sixteen at a time, and says the number of each one that was acknowledged:
// `node dying-writer.ts DATABASE_URL`. Child of audit-log.test.ts, which kills it.
import { makeAuditLog } from '../../../common/audit/audit-log.ts';
import { connect } from '../../../common/db/connect.ts';

const db = connect(process.argv[2] ?? '', { applicationName: 'xinji test dying writer', poolMin: 1, poolMax: 1 });
const audit = makeAuditLog({ db, schema: 'seal', room: 'seal' });
let last = 0;

async function write(): Promise<void> {
  for (;;) {
    last += 1;
    const number = last;
    await audit.append({ at: new Date(), kind: 'k', subject: `subject ${number}`, actor: 'a', detail: { number } });
    await new Promise((resolve) => process.stdout.write(`${number}\n`, resolve));
  }
}
await Promise.all(Array.from({ length: 16 }, write));
