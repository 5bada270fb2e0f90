// 实名等级 in words: its number, what it says about the person, what it opens, and how to get to the next one.
import type { Text } from '../../common/web/texts.ts';
import type { Level } from '../domain/assurance.ts';

type LevelWords = {
  readonly name: Text;
  readonly meaning: Text;
  readonly opens: Text;
  /** Null at the highest. */
  readonly raise: Text | null;
};

export const LEVEL_WORDS: Readonly<Record<Level, LevelWords>> = {
  2: {
    name: { zh: '二级', en: 'Level 2' },
    meaning: { zh: '信息由本人填写', en: 'stated by yourself' },
    opens: { zh: '要求二级的事项', en: 'what asks for level 2' },
    raise: { zh: '核对姓名和证件号码后，升为三级。', en: 'Level 3 comes with a check of name and ID number.' },
  },
  3: {
    name: { zh: '三级', en: 'Level 3' },
    meaning: { zh: '姓名与证件已核对', en: 'name and document checked' },
    opens: { zh: '要求三级及以下的事项', en: 'what asks for level 3 or less' },
    raise: { zh: '刷脸核验本人后，升为四级。', en: 'Level 4 comes with a face check.' },
  },
  4: {
    name: { zh: '四级', en: 'Level 4' },
    meaning: { zh: '本人已核验', en: 'verified in person' },
    opens: { zh: '要求四级及以下的事项', en: 'what asks for level 4 or less' },
    raise: { zh: '到窗口核验后，升为五级。', en: 'Level 5 comes with a check at a service hall.' },
  },
  5: {
    name: { zh: '五级', en: 'Level 5' },
    meaning: { zh: '已在窗口核验', en: 'verified at a service hall' },
    opens: { zh: '全部事项', en: 'everything' },
    raise: null,
  },
};
