// Lets the browser make or use a passkey and puts what it answers into the form. Plain script, sent inline under the page's
// nonce. Browsers without the JSON functions of WebAuthn Level 3 get the same done by hand.
(() => {
  const box = document.querySelector('[data-passkey]');
  if (!box) return;
  const button = box.querySelector('.passkey-button');
  const status = box.querySelector('[role=status]');
  const kind = box.dataset.passkey;
  const options = JSON.parse(box.dataset.options);
  const words = JSON.parse(box.dataset.words);
  const say = (name) => {
    if (status) status.textContent = words[name];
  };
  if (!window.PublicKeyCredential || !navigator.credentials) return say('unsupported');

  const decode = (text) => {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  };
  const encode = (buffer) => {
    const binary = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  };
  const bareIds = (list) => list?.map((one) => ({ ...one, id: decode(one.id) }));

  function read(json) {
    if (kind === 'create') {
      const native = PublicKeyCredential.parseCreationOptionsFromJSON;
      if (native) return native.call(PublicKeyCredential, json);
      const user = { ...json.user, id: decode(json.user.id) };
      return { ...json, user, challenge: decode(json.challenge), excludeCredentials: bareIds(json.excludeCredentials) };
    }
    const native = PublicKeyCredential.parseRequestOptionsFromJSON;
    if (native) return native.call(PublicKeyCredential, json);
    return { ...json, challenge: decode(json.challenge), allowCredentials: bareIds(json.allowCredentials) };
  }

  function write(credential) {
    if (credential.toJSON) return credential.toJSON();
    const { response } = credential;
    const names = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
    const parts = names.filter((name) => response[name]).map((name) => [name, encode(response[name])]);
    if (response.getTransports) parts.push(['transports', response.getTransports()]);
    return {
      id: credential.id,
      rawId: encode(credential.rawId),
      type: credential.type,
      response: Object.fromEntries(parts),
      clientExtensionResults: {},
    };
  }

  const named = document.querySelector('input[autocomplete~=webauthn]');
  let waiting = new AbortController();
  async function ask(extra) {
    const publicKey = read(options);
    const credential = await navigator.credentials[kind]({ ...extra, publicKey, signal: waiting.signal });
    hand(JSON.stringify(write(credential)));
  }

  /** Through the own form, or as another way through the form with the field for the account. */
  function hand(answer) {
    const form = box.closest('form') ?? named.form;
    if (form === named?.form) {
      const input = document.createElement('input');
      input.type = 'hidden';
      input.name = 'answer';
      form.append(input);
      form.elements.way.value = 'passkey';
    }
    form.elements.answer.value = answer;
    form.submit();
  }

  const failure = { AbortError: null, InvalidStateError: 'known', NotAllowedError: 'cancelled' };
  if (button) {
    button.hidden = false;
    button.addEventListener('click', () => {
      waiting.abort();
      waiting = new AbortController();
      say('waiting');
      ask({}).catch(({ name }) => {
        const word = name in failure ? failure[name] : 'failed';
        if (word) say(word);
      });
    });
  }

  // Offered among the names that the browser fills in, where a field says so.
  if (named) {
    PublicKeyCredential.isConditionalMediationAvailable?.()
      .then((isAvailable) => isAvailable && ask({ mediation: 'conditional' }))
      .catch(() => {});
  }
})();
