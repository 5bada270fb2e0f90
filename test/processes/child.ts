// A child for the tests of the process tree; CHILD_MANNER says how it behaves.
const manner = process.env['CHILD_MANNER'];
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (manner === 'deaf') return;
  if ((message as { type?: string }).type === 'stop') setTimeout(() => process.exit(0), manner === 'slow' ? 300 : 0);
});
if (manner === 'failing') {
  process.send?.(
    { type: 'failed', room: 'child', detail: 'XINJI_X is missing', exitCode: 78 },
    undefined,
    undefined,
    () => process.exit(78),
  );
} else if (manner !== 'silent') process.send?.({ type: 'ready', room: 'child', port: 1 });
if (manner === 'dying') setTimeout(() => process.exit(3), 100);
