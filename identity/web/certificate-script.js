// Speaks with the program on this machine that reads certificates (docs/cert-login.md) and puts what it signed into the form.
// Plain script, sent inline under the page's nonce; the page's policy names the one address that it may reach.
(() => {
  const form = document.querySelector('form[data-agent]');
  if (!form || !window.fetch) return;
  const { agent, challenge } = form.dataset;
  const words = JSON.parse(form.dataset.words);
  const button = form.querySelector('.certificate-button');
  const status = form.querySelector('[role=status]');
  const choice = form.querySelector('fieldset');
  const help = form.querySelector('.certificate-help');
  let certificates = null;
  button.hidden = false;

  const say = (text) => {
    status.textContent = text;
  };

  async function call(path, options = {}) {
    const answer = await fetch(agent + path, { ...options, mode: 'cors', credentials: 'omit', redirect: 'error' });
    if (answer.status === 403) throw new Error('refused');
    if (!answer.ok) throw new Error('failed');
    return answer.json();
  }

  function offer() {
    const rows = certificates.map((one, index) => {
      const label = document.createElement('label');
      label.className = 'choice';
      const input = document.createElement('input');
      input.type = 'radio';
      input.name = 'choice';
      input.value = String(index);
      input.checked = index === 0;
      label.append(input, ` ${one.name}`);
      return label;
    });
    choice.append(...rows);
    choice.hidden = false;
    button.textContent = words.use;
    say(words.choose);
  }

  async function sign(one) {
    say(words.signing);
    const { signature } = await call('/v1/signatures', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ certificate_id: one.id, challenge }),
    });
    form.elements.answer.value = JSON.stringify({
      challenge,
      certificate: one.certificate,
      chain: one.chain,
      signature,
    });
    form.submit();
  }

  async function go() {
    help.hidden = true;
    if (certificates === null) {
      say(words.reading);
      const found = (await call('/v1/certificates')).certificates;
      if (found.length === 0) return say(words.none);
      certificates = found;
      if (found.length > 1) return offer();
    }
    const chosen = form.querySelector('input[name=choice]:checked');
    await sign(certificates[Number(chosen?.value ?? 0)]);
  }

  button.addEventListener('click', () => {
    go().catch((error) => {
      if (error.message === 'refused') return say(words.refused);
      say(words.noAgent);
      help.hidden = false;
    });
  });
})();
