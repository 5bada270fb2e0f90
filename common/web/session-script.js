// Warns before the login ends and prolongs it without leaving the page. The server is asked before anything is said, so that
// what was prolonged in another tab is not warned of; asking prolongs nothing. One file for all pages behind a login.
(() => {
  const box = document.getElementById('session-warning');
  const line = document.getElementById('session-until');
  const button = document.querySelector('.header [form=session-form]');
  if (!box || !line || !window.fetch) return;
  const words = JSON.parse(box.dataset.words);
  const status = box.querySelector('[aria-live]');
  const form = box.querySelector('form');
  const keep = form.querySelector('button');
  const again = form.querySelector('a');
  const main = document.getElementById('main');
  const tabs = window.BroadcastChannel ? new BroadcastChannel('xinji-session') : null;
  const WARNING_MS = Number(box.dataset.warning) * 1000;
  const WAIT_MS = 8000; // a request that is slower counts as lost
  const RETRY_MS = 15_000;
  const REST_MS = 10_000; // so long good news stands where the warning stood

  let ends = Date.now() + Number(box.dataset.left) * 1000;
  let timer = 0;
  let resting = 0;
  let shown = 'none'; // none, soon, last, ended, kept, failed
  let before = null; // what had the focus when the person turned to the warning

  const left = () => ends - Date.now();
  const at = (ms) => {
    clearTimeout(timer);
    timer = setTimeout(ask, Math.max(0, ms));
  };

  // The words stand until the next ones. They take no focus, and what has it is moved out from behind them.
  function show(state, time = '') {
    if (state === shown && state !== 'kept') return;
    shown = state;
    const isOpen = state !== 'kept';
    if (!isOpen && box.contains(document.activeElement)) (before ?? main).focus({ preventScroll: true });
    status.textContent = (words[state] ?? '').replace('{time}', time);
    keep.hidden = state !== 'soon' && state !== 'failed';
    again.hidden = state !== 'ended';
    box.setAttribute('aria-label', box.dataset.label);
    box.className = `ending open notice ${isOpen ? 'warning' : 'passed'}`;
    if (isOpen && document.activeElement !== document.body) document.activeElement.scrollIntoView({ block: 'nearest' });
    clearTimeout(resting);
    if (!isOpen) resting = setTimeout(() => box.classList.remove('open'), REST_MS);
  }

  function take(answer, isKept) {
    if (answer.state !== 'live') {
      clearTimeout(timer);
      line.textContent = words.over;
      if (button) button.hidden = true;
      return show('ended');
    }
    ends = Date.now() + answer.left_seconds * 1000;
    line.textContent = words.until.replace('{time}', answer.ends_at);
    if (button) button.hidden = !answer.can_prolong;
    if (left() > WARNING_MS) {
      at(left() - WARNING_MS);
      if (isKept || shown !== 'none') show('kept', answer.ends_at);
      return;
    }
    at(left() + 1000);
    show(answer.can_prolong ? 'soon' : 'last', answer.ends_at);
  }

  const send = (url, options = {}) =>
    fetch(url, {
      headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
      redirect: 'error',
      signal: AbortSignal.timeout(WAIT_MS),
      ...options,
    });

  async function ask() {
    try {
      const answer = await send(box.dataset.ask, { headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      take(await answer.json(), false);
    } catch {
      at(RETRY_MS); // offline: the time of day in the header still holds
    }
  }

  async function prolong() {
    try {
      const answer = await send(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
      if (answer.status === 401 || answer.status === 403 || answer.status === 409) return ask();
      if (!answer.ok) throw new Error(String(answer.status));
      take(await answer.json(), true);
      tabs?.postMessage('kept');
    } catch {
      show('failed');
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void prolong();
  });
  box.addEventListener('focusin', (event) => {
    if (!box.contains(event.relatedTarget)) before = event.relatedTarget;
  });
  tabs?.addEventListener('message', () => void ask());
  // A tab that slept, or that comes back after a login in another one.
  const wake = () => {
    if (!document.hidden && ((shown !== 'none' && shown !== 'kept') || left() <= WARNING_MS)) void ask();
  };
  document.addEventListener('visibilitychange', wake);
  addEventListener('pageshow', (event) => event.persisted && void ask());
  addEventListener('focus', wake);
  at(left() - WARNING_MS);
})();
