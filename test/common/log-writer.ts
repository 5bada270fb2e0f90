// Writes log lines to standard output and answers; for log-output.test.ts.
import { makeLog } from '../../common/log.ts';

const log = makeLog('test');
let number = 0;
process.on('message', (lines: number) => {
  for (let written = 0; written < lines; written++) log.info({ number: number++, filling: 'x'.repeat(900) }, 'line');
  process.send?.('written');
});
process.on('disconnect', () => process.exit(0));
