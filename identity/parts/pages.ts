// What the room's pages stand on: cookies and forms, the session behind our own pages, the ways to log in and to prove more,
// and the pages of a login under way.
import { deriveKey } from '../../common/crypto/sealed-box.ts';
import { makeCookies } from '../../common/http/cookies.ts';
import { makeCsrf } from '../../common/http/csrf.ts';
import { makeFlashes } from '../../common/http/flash.ts';
import { isPicture, MAX_PICTURE_BYTES } from '../domain/picture.ts';
import { authenticate } from '../flow/authenticate.ts';
import type { AddressKind } from '../flow/change-address.ts';
import { completeLogin, type ProvenStep } from '../flow/complete-login.ts';
import { giveConsent } from '../flow/give-consent.ts';
import { makeActAsSteps } from '../http/act-as.ts';
import { makeCodes } from '../http/code-step.ts';
import { makeConsentSteps } from '../http/consent.ts';
import { makeFactorParts } from '../http/factor-parts.ts';
import { makeInteractionHandlers } from '../http/interaction.ts';
import { makeKeptForms } from '../http/kept-forms.ts';
import { makeLoginSteps } from '../http/login-steps.ts';
import { makeLoginWays } from '../http/login-ways/table.ts';
import { makeOwnLogin } from '../http/own-login.ts';
import { makeOwnSessions } from '../http/own-session.ts';
import { makeStepUp } from '../http/step-up.ts';
import { makeVisitors } from '../http/visitor.ts';
import { findAccountByMail, findAccountByPhone } from '../store/accounts.ts';
import { revokeGrant } from '../store/artifacts.ts';
import { listProofs } from '../store/authentications.ts';
import { listUnitsOf } from '../store/legal-persons.ts';
import { listLiveRoles } from '../store/roles.ts';
import type { Core } from './core.ts';
import type { IdentityDeps } from './deps.ts';

export type Pages = ReturnType<typeof makePages>;

export function makePages(deps: IdentityDeps, core: Core) {
  const { db, clock, mode, url, rootSecret } = deps;
  const { provider, sessionLife, people, findAccount } = core;
  const cookies = makeCookies({ room: 'identity', keys: deps.cookieKeys, secure: mode === 'production' });
  const forms = {
    cookies,
    csrf: makeCsrf(cookies, url),
    flashes: makeFlashes(cookies),
    visitors: makeVisitors(cookies),
    keptForms: makeKeptForms({ db, clock, cookies, boxKey: deriveKey(rootSecret, 'identity kept forms') }),
  };
  const codes = { ...people, otpSeconds: deps.otpSeconds, otpTries: deps.otpTries };
  const proofsOf = (uid: string) => listProofs(db, uid);
  const ownLogin = makeOwnLogin({ cookies, url });
  const own = makeOwnSessions({ provider, sessionLife, clock, ...forms, ownLogin, findAccount, listProofs: proofsOf });
  const factors = makeFactorParts({
    ...deps,
    ...forms,
    ...{ keys: people.keys, provider, record: core.recorder.record, face: deps.ports.face },
    pictures: { isPicture, maxPictureBytes: MAX_PICTURE_BYTES },
  });
  const channels = (['sms', 'mail'] as const).filter(
    (channel) => mode === 'development' || deps[`${channel}Url`] !== null,
  );
  const ways = makeLoginWays({
    authenticate: (credentials) => authenticate(people, credentials),
    ...makeCodes(codes),
    findAccountAt: (to) =>
      'phone' in to ? findAccountByPhone(db, people.keys, to.phone) : findAccountByMail(db, people.keys, to.mail),
    findAccount,
    readDocument: core.readDocument,
    channels,
    offer: factors.offerPasskeys,
    others: factors.ways,
  });
  const steps = {
    ...{ provider, clock, ...forms, ways },
    record: core.recorder.record,
    completeLogin: (step: ProvenStep) => completeLogin({ ...people, historyUrl: `${url}/account/history` }, step),
  };
  const interaction = makeInteractionHandlers({
    ...{ provider, clock, csrf: forms.csrf },
    ...makeAgreements(deps, core, forms.csrf),
    login: makeLoginSteps(steps),
    stepUp: makeStepUp({ ...steps, findAccount, listProofs: proofsOf }),
  });
  const addressKinds: readonly AddressKind[] = channels.map((channel) => (channel === 'sms' ? 'phone' : 'mail'));
  return { ...forms, codes, addressKinds, own, ownLogin, factors, ways, interaction };
}

/** What a person is asked after his login: in whose name he acts, and what the system may know. */
function makeAgreements(deps: IdentityDeps, core: Core, csrf: ReturnType<typeof makeCsrf>) {
  const { db, clock } = deps;
  const { provider, findAccount, readDocument, recorder, sessionLife } = core;
  const common = { provider, csrf, findAccount, record: recorder.record };
  return {
    actAs: makeActAsSteps({ ...common, listUnits: (sub) => listUnitsOf(db, sub) }),
    consent: makeConsentSteps({
      ...common,
      readDocument,
      listRoles: (sub) => listLiveRoles(db, sub, clock()),
      clock,
      giveConsent: (given) => giveConsent({ db, clock }, given),
      revokeGrant: (grantId) => revokeGrant(db, grantId),
      consentDays: deps.consentDays,
      sessionSeconds: sessionLife.maxSeconds,
    }),
  };
}
