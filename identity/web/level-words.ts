// 实名等级 in words: its number, what it says about the person, and what it opens.
import type { Text } from '../../common/web/texts.ts';
import type { Level } from '../domain/assurance.ts';

type LevelWords = { readonly name: Text; readonly meaning: Text; readonly opens: Text };

export const LEVEL_WORDS: Readonly<Record<Level, LevelWords>> = {
  2: {
    name: { zh: '二级', en: 'Level 2' },
    meaning: { zh: '信息由本人填写', en: 'stated by you' },
    opens: { zh: '查询公开信息、预约、咨询', en: 'looking up, booking and asking' },
  },
  3: {
    name: { zh: '三级', en: 'Level 3' },
    meaning: { zh: '姓名与证件已核对', en: 'name and document checked' },
    opens: { zh: '在线申请和查询本人事项', en: 'applying for and following your own matters' },
  },
  4: {
    name: { zh: '四级', en: 'Level 4' },
    meaning: { zh: '本人已核验', en: 'you in person are verified' },
    opens: {
      zh: '亮证、签署和涉及财产、社保的事项',
      en: 'showing licenses, signing, and matters of property and insurance',
    },
  },
  5: {
    name: { zh: '五级', en: 'Level 5' },
    meaning: { zh: '数字证书或窗口核验', en: 'by certificate or at a service hall' },
    opens: { zh: '全部事项', en: 'everything' },
  },
};
