// Asks how the code stands and goes on by itself. Plain script of one page, sent inline under the page's nonce.
(() => {
  const box = document.getElementById('scan');
  if (!box) return;
  const status = box.querySelector('[role=status]');
  const words = JSON.parse(box.dataset.words);
  const POLL_MS = 1500;
  let shown = box.dataset.phase;

  async function ask() {
    const answer = await fetch(box.dataset.stateUrl, { headers: { Accept: 'application/json' }, redirect: 'error' });
    if (!answer.ok) return;
    const { phase } = await answer.json();
    if (phase === shown) return;
    shown = phase;
    if (phase === 'confirmed') return box.querySelector('form').submit();
    if (phase === 'scanned') {
      status.textContent = words.scanned;
      box.querySelector('.code-panel').hidden = true; // nobody else needs to see it
      box.querySelector('.scan-number').hidden = false;
      return;
    }
    location.replace(box.dataset.pageUrl); // over or refused: the page says what now
  }

  async function tick() {
    if (!document.hidden) await ask().catch(() => {});
    if (shown === 'waiting' || shown === 'scanned') setTimeout(tick, POLL_MS);
  }
  setTimeout(tick, POLL_MS);
})();
