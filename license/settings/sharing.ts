// Settings of sharing: in whose name and under which seal annotated copies (加注件) are made.
import { type ConfigTable, parseText } from '../../common/env.ts';
import { parseOptional } from '../../common/setting-values.ts';

export const SHARING_ROWS = {
  platformSeal: {
    name: 'XINJI_LICENSE_PLATFORM_SEAL',
    manual:
      'Code (esID) of the seal of the platform, under which annotated copies are sealed; this room needs a grant for it and the document class license-copy. Empty: no copies are made.',
    example: '36010000000009',
    fallback: (mode) => (mode === 'development' ? '36010000000002' : ''),
    parse: parseOptional(parseText),
  },
  platformName: {
    name: 'XINJI_LICENSE_PLATFORM_NAME',
    manual: 'Name of the platform, printed on annotated copies as 加注件制作者.',
    example: '示例省电子证照共享服务平台',
    fallback: (mode) => (mode === 'development' ? '示例市电子证照共享服务平台' : '电子证照共享服务平台'),
    parse: parseText,
  },
} as const satisfies ConfigTable;
