// The name of the room's pages, in the header and in every title.
import type { Text } from '../../common/web/texts.ts';

export const SEAL_SERVICE: Text = { zh: '信基盖章服务', en: 'Xinji Seal' };
