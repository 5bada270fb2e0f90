// The name of the room's pages, in the header and in every title.
import type { Text } from '../../common/web/texts.ts';

export const IDENTITY_SERVICE: Text = { zh: '信基登录', en: 'Xinji Login' };
