// Writes log lines to standard output and answers; for log-output.test.ts.
import { logLater, makeLog } from '../../common/log.ts';

const log = makeLog('test');
let number = 0;
process.on('message', (lines: number | 'mixed') => {
  if (lines === 'mixed') {
    logLater(log, { number: number++ }, 'later');
    logLater(log, { number: number++ }, 'later');
    log.info({ number: number++ }, 'now');
    logLater(log, { number: number++ }, 'later');
    log.warn({ number: number++ }, 'at once');
    logLater(log, { number: number++ }, 'later');
    process.send?.('written');
    return;
  }
  for (let written = 0; written < lines; written++) log.info({ number: number++, filling: 'x'.repeat(900) }, 'line');
  process.send?.('written');
});
process.on('disconnect', () => process.exit(0));
