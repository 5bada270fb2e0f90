// 扫码: this browser shows a code, a phone that is logged in confirms it, and this browser alone goes on with it: what the phone
// confirmed belongs to the login under way here, which is bound to this browser's cookie.
import { html } from '../../../common/web/html.ts';
import { sayIn, type Texts } from '../../../common/web/texts.ts';
import { type Account, mayLogIn } from '../../domain/account.ts';
import { finishScan, type ScanDeps, showScan } from '../../flow/scan-login.ts';
import { SCAN_SCRIPT, scanPanel } from '../../web/scan-panel.ts';
import type { LoginWay, WayAnswer, WayVisit } from './way.ts';

export type ScanWayDeps = ScanDeps & {
  /** The room's public URL. */
  readonly issuer: string;
  readonly findAccountById: (id: number) => Promise<Account | null>;
};

const TEXTS = {
  label: { zh: '扫码', en: 'Scan' },
  unconfirmed: { zh: '手机上还没有确认，或确认已过期', en: 'Not confirmed on the phone, or too long ago' },
  other: { zh: '扫码的是另一个账号', en: 'Another account scanned the code' },
  tooMany: { zh: '二维码换得太多，请改用其他方式', en: 'Too many codes; use another way' },
} satisfies Texts;

export function makeScanWay(deps: ScanWayDeps): LoginWay {
  return {
    name: 'scan',
    method: 'scan',
    label: TEXTS.label,
    startsLogin: true,
    isRare: true,
    show: async (visit) => {
      const { frame, interactionUid, clientId, visitor, action, hidden } = visit;
      const screen = { interactionUid, clientId, device: visitor.device.label, address: visitor.address };
      const shown = await showScan(deps, screen, visit.ctx.query['code'] === 'new');
      const say = sayIn(frame.lang);
      if (shown === null) return { body: html`<p>${say(TEXTS.tooMany)}</p>` };
      const page = `/interaction/${interactionUid}?way=scan`;
      const body = scanPanel({
        lang: frame.lang,
        phase: shown.phase,
        codeUrl: `${deps.issuer}/scan/${shown.code}`,
        number: shown.scan.number,
        expiresAt: shown.scan.expiresAt,
        action,
        hidden,
        pageHref: page,
        newHref: `${page}&code=new`,
        stateUrl: `/interaction/${interactionUid}/scan`,
      });
      return shown.phase === 'over' || shown.phase === 'refused' ? { body } : { body, script: SCAN_SCRIPT };
    },
    submit: (visit) => finish(deps, visit),
  };
}

async function finish(deps: ScanWayDeps, visit: WayVisit): Promise<WayAnswer> {
  const say = sayIn(visit.frame.lang);
  const refuse = (words: string): WayAnswer => ({ outcome: 'refused', faults: [{ field: 'scan', words }], judged: {} });
  const used = await finishScan(deps, visit.interactionUid);
  const account = used && (await deps.findAccountById(used.accountId));
  if (!used || account === null || !mayLogIn(account)) return refuse(say(TEXTS.unconfirmed));
  if (visit.account !== null && visit.account.id !== account.id) return refuse(say(TEXTS.other));
  return { outcome: 'accepted', account, proof: { method: 'scan', level: used.level } };
}
