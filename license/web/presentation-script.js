// Keeps the presentation code fresh and shows that it was read. Plain script of one page, sent inline under the page's nonce.
(() => {
  const box = document.getElementById('presentation');
  const form = document.getElementById('new-code');
  if (!box || !form || !window.fetch) return;
  const words = JSON.parse(box.dataset.words);
  const panel = box.querySelector('.code-panel');
  const status = box.querySelector('[role=status]');
  const ring = box.querySelector('.ring-rest');
  const EARLY_MS = 8000; // the next code is there before the old one ends
  const POLL_MS = 1500;
  const WAIT_MS = 8000; // a request that is slower counts as lost; the next one tries again
  const MOST_RENEWALS = 10;
  const steps = matchMedia('(prefers-reduced-motion: reduce)').matches ? 6 : 60;

  let ends = performance.now() + Number(box.dataset.expiresIn);
  let until = box.dataset.until;
  let renewals = 0;
  let renewing = false;
  let over = false;

  const fill = (text, time) => text.replace('{time}', time);
  const say = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  const rest = () => ends - performance.now();
  const get = (url, options = {}) => fetch(url, { redirect: 'error', signal: AbortSignal.timeout(WAIT_MS), ...options });

  function showGroups(place, groups) {
    const spans = groups.map((group) => {
      const span = document.createElement('span');
      span.className = 'group';
      span.textContent = group;
      return span;
    });
    panel.querySelector(place).replaceChildren(...spans);
  }

  // In place and of the same size: the old code stays until the new one is there.
  function showCode(update) {
    const svg = panel.querySelector('.qr svg');
    svg.setAttribute('viewBox', `0 0 ${update.qr.size} ${update.qr.size}`);
    svg.querySelector('rect').setAttribute('width', update.qr.size);
    svg.querySelector('rect').setAttribute('height', update.qr.size);
    svg.querySelector('path').setAttribute('d', update.qr.path);
    showGroups('.code .identifier', update.digits);
    showGroups('.whole-code .identifier', update.groups);
    until = update.until;
    ends = performance.now() + update.expires_in_ms;
    panel.querySelector('.until-words').textContent = fill(words.until, until);
    panel.hidden = false;
    say(fill(words.renewed, until));
  }

  async function renew() {
    if (renewing || over) return;
    renewing = true;
    try {
      const answer = await get(form.action, {
        method: 'POST',
        headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(new FormData(form)),
      });
      if (answer.status === 410) return end(words.paused);
      if (!answer.ok) throw new Error(String(answer.status));
      renewals += 1;
      const update = await answer.json();
      if (!over) showCode(update);
    } catch {
      if (!over && rest() > 0) say(fill(words.offline, until));
    } finally {
      renewing = false;
    }
  }

  function end(text) {
    over = true;
    panel.hidden = true;
    if (text) say(text);
  }

  async function ask() {
    try {
      const answer = await get(box.dataset.stateUrl, { headers: { Accept: 'application/json' } });
      if (!answer.ok) return;
      const { state, message } = await answer.json();
      if (over || state === 'live') return;
      if (state === 'over') return end(words.stopped);
      end(message);
      box.querySelector('.read-words').textContent = message;
      box.querySelector('.read-panel').hidden = false;
      status.classList.add('hidden');
      form.hidden = true;
      document.getElementById('stop').hidden = true;
    } catch {
      // Offline: the time of day in the panel still holds.
    }
  }

  function turnRing() {
    const share = Math.max(0, Math.min(1, rest() / 60000));
    ring.setAttribute('stroke-dasharray', `${(Math.ceil(share * steps) / steps) * 60} 60`);
  }

  async function tick() {
    if (over) return;
    if (!document.hidden) {
      await ask();
      if (!over && rest() < EARLY_MS && renewals < MOST_RENEWALS) await renew();
      if (!over && rest() <= 0) {
        if (renewals >= MOST_RENEWALS) end(words.paused);
        else {
          panel.hidden = true; // removed, not blurred; it comes back with the next code
          say(words.offlineOver);
        }
      }
      turnRing();
    }
    if (!over) setTimeout(tick, POLL_MS);
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && rest() < EARLY_MS) void renew();
  });
  addEventListener('online', () => {
    if (rest() < EARLY_MS) void renew();
  });
  // Back from the browser's memory: what it kept may be used or over.
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
  if (navigator.wakeLock) navigator.wakeLock.request('screen').catch(() => {});
  setTimeout(tick, POLL_MS);
})();
