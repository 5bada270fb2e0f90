// 证书, at login and as the way to level 5. The page may reach the one local address of the setting, and nothing else outside.
import type Koa from 'koa';
import { allowConnect } from '../../../common/http/security-headers.ts';
import { sayIn, type Texts } from '../../../common/web/texts.ts';
import type { Account } from '../../domain/account.ts';
import { type FactorChangeDeps, tellFactorAdded } from '../../flow/change-factors.ts';
import type { CertificateDeps } from '../../flow/prove-certificate.ts';
import { logInByCertificate } from '../../flow/prove-certificate.ts';
import { CERTIFICATE_SCRIPT, certificateForm, sayRefusal } from '../../web/certificate-form.ts';
import type { LoginWay } from './way.ts';

export type CertificateWayDeps = CertificateDeps &
  FactorChangeDeps & {
    /** Origin of the local program, and where a person gets the driver of his medium. */
    readonly agent: string;
    readonly driverUrl: string | null;
    readonly hasNumber: (account: Account) => Promise<boolean>;
  };

const TEXTS = { label: { zh: '证书', en: 'Certificate' } } satisfies Texts;

export function makeCertificateWay(deps: CertificateWayDeps): LoginWay {
  return {
    name: 'certificate',
    method: 'cert',
    label: TEXTS.label,
    startsLogin: true,
    isRare: true,
    isAvailable: deps.hasNumber,
    show: async ({ ctx, frame, interactionUid, action, hidden }) => {
      const { agent, driverUrl } = deps;
      allowConnect(ctx as Koa.Context, agent);
      const challenge = deps.challenges.make({ purpose: 'certificate-login', binding: interactionUid });
      const kind = 'login' as const;
      const body = certificateForm({ lang: frame.lang, kind, action, hidden, challenge, agent, driverUrl });
      return { body, script: CERTIFICATE_SCRIPT };
    },
    submit: async (visit, form) => {
      const { frame, requestId } = visit;
      const result = await logInByCertificate(deps, visit.interactionUid, {
        answer: form['answer'] ?? '',
        account: visit.account,
        bound: (trx, account, label) => tellFactorAdded(deps, trx, { account, kind: 'certificate', label, requestId }),
      });
      if (result.outcome === 'accepted')
        return { outcome: 'accepted', account: result.account, proof: { method: 'cert' } };
      const words = sayRefusal(sayIn(frame.lang), frame.lang, result.fault);
      const judged = { sub: result.sub, because: result.fault.kind };
      return { outcome: 'refused', faults: [{ field: 'certificate', words }], judged };
    },
  };
}
