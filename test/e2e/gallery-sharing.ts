// The pages of sharing and of checking a license, for the gallery.
import type { PageFrame } from '../../common/web/frame.ts';
import { checkPage } from '../../license/web/check-page.ts';
import { checkResultPage } from '../../license/web/check-result-page.ts';
import { type ConsentPage, consentPage } from '../../license/web/consent-page.ts';
import { type ConsentView, consentsPage, givenConsentPage } from '../../license/web/consents-page.ts';

const NOW = new Date('2026-11-20T02:24:35Z');
const UNTIL = new Date('2026-12-31T16:00:00Z');
const person = { name: '张三', logoutAction: '/logout', csrf: 'token' };
const UNIT = '示例市市场监督管理局';
const PURPOSE = '办理食品经营许可时核对从业人员健康证明';
const IDENTIFIER = '1.2.156.3005.2.11100000MB0D000965001.11360100MB0D00010M.A1B2C3D4E5.001.X';

const element = (name: string, words: string, value: string | null, optional = false) => ({
  field: `give:license-1:${name}`,
  name,
  words,
  value,
  optional,
  ticked: !optional,
});
const card = {
  name: '从业人员健康证明（样例）',
  authority: '示例市卫生健康委员会',
  state: 'valid',
  daysLeft: 364,
  elements: [
    element('ZZBH', '证照编号', '示例健证（2026）第000001号'),
    element('CZZTDM', '证件号码', '360***********7718'),
    element('file', '证照文件（加注件，含全部照面信息）', null),
    element('KZ_TJJG', '体检机构', '示例市第一人民医院健康管理中心', true),
  ],
} as const;

const asked: ConsentPage = {
  person,
  unit: UNIT,
  purpose: PURPOSE,
  matter: '食品经营许可',
  until: UNTIL,
  maxUses: 5,
  returns: true,
  licenses: [card],
  action: '/consents/crq_0',
  nothingChosen: false,
};

const consent: ConsentView = {
  href: '/consents/crq_0',
  unit: UNIT,
  purpose: PURPOSE,
  matter: '食品经营许可',
  state: 'live',
  givenAt: NOW,
  until: UNTIL,
  maxUses: 5,
  uses: 2,
  lastUsedAt: NOW,
};
const given = {
  person,
  consent,
  licenses: [card],
  limitAction: '/consents/crq_0/limit',
  withdrawAction: '/consents/crq_0/withdraw',
  nothingChosen: false,
};

const fact = {
  action: '/verify/facts',
  identifier: IDENTIFIER,
  type: {
    name: card.name,
    name_en: 'Health Certificate for Workers (sample)',
    verify_facts: ['holder_name', 'license_number'],
    fields: [],
  },
};
const checked = {
  identifier: IDENTIFIER,
  isCurrent: true,
  name: card.name,
  authority: card.authority,
  state: 'valid',
  stateAt: { date: '2026-11-19', state: null },
  holders: null,
  shown: ['持证主体名称', '证照编号'],
} as const;
const result = (frame: PageFrame, change: object) =>
  checkResultPage(frame, { license: { ...checked, ...change }, now: NOW });

export const SHARING_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  'license-consent': (frame) => consentPage(frame, asked),
  'license-consent-long': (frame) =>
    consentPage(frame, {
      ...asked,
      unit: '示例省示例市经济技术开发区市场监督管理局行政审批服务与政务公开办公室',
      maxUses: 1,
      licenses: [card, { ...card, state: 'suspended' }],
    }),
  'license-consent-422': (frame) => consentPage(frame, { ...asked, nothingChosen: true }),
  'license-consent-none': (frame) => consentPage(frame, { ...asked, licenses: [] }),
  'license-consents': (frame) =>
    consentsPage(frame, {
      person,
      waiting: [{ href: '/consents/crq_1', unit: '示例市税务局', purpose: '核对经营资质', askedAt: NOW }],
      consents: [
        consent,
        { ...consent, state: 'revoked', uses: 0, lastUsedAt: null },
        { ...consent, state: 'used-up', uses: 5 },
        { ...consent, state: 'expired', maxUses: null },
      ],
      message: { code: 'given', unit: UNIT },
    }),
  'license-consents-empty': (frame) => consentsPage(frame, { person, waiting: [], consents: [], message: null }),
  'license-consent-given': (frame) => givenConsentPage(frame, given),
  'license-consent-given-422': (frame) => givenConsentPage(frame, { ...given, nothingChosen: true }),
  'license-consent-over': (frame) =>
    givenConsentPage(frame, { ...given, consent: { ...consent, state: 'expired' }, licenses: [] }),
  'license-check-facts': (frame) => checkPage(frame, { ...fact, values: ['', '', ''], faults: [] }),
  'license-check-facts-422': (frame) =>
    checkPage(frame, {
      ...fact,
      values: ['张三', '', '2026-13-40'],
      faults: [
        { field: 'fact-2', kind: 'fact-missing' },
        { field: 'date', kind: 'date-malformed' },
      ],
    }),
  'license-check-valid': (frame) => result(frame, {}),
  'license-check-face': (frame) => result(frame, { holders: ['张*'], shown: [], stateAt: null }),
  'license-check-suspended': (frame) => result(frame, { state: 'suspended' }),
  'license-check-cancelled': (frame) =>
    result(frame, { state: 'cancelled', stateAt: { date: '2026-11-01', state: 'valid' } }),
  'license-check-older': (frame) => result(frame, { isCurrent: false }),
  'license-check-none': (frame) => checkResultPage(frame, { license: null, now: NOW }),
};
