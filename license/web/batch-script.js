// Moves the bar while a list is issued, and loads the page anew when every row is settled. Announced at most every ten
// seconds. Plain script of one page, sent inline under the page's nonce.
(() => {
  const box = document.getElementById('batch');
  const bar = document.getElementById('bar');
  const words = document.getElementById('progress');
  if (!box || !window.EventSource) return;
  const QUIET_MS = 10_000;
  let told = performance.now();
  const events = new EventSource(box.dataset.events);
  events.addEventListener('progress', (event) => {
    const { state, rows } = JSON.parse(event.data);
    const all = Object.values(rows).reduce((sum, count) => sum + count, 0);
    const n = rows.issued + rows.refused + rows.stopped + rows.bad;
    bar.value = n;
    if (state !== 'running') {
      events.close();
      location.reload();
      return;
    }
    if (performance.now() - told < QUIET_MS) return;
    told = performance.now();
    const values = { n, all, issued: rows.issued, not: n - rows.issued };
    words.textContent = box.dataset.words.replace(/\{(\w+)\}/g, (_, name) => values[name].toLocaleString('en-US'));
  });
})();
