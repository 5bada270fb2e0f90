// 正在返回{系统}: after login, consent and logout. See common/web/returning-page.ts for why a page and not a redirect.
import type { PageFrame } from '../../common/web/frame.ts';
import { returningPage } from '../../common/web/returning-page.ts';
import { IDENTITY_SERVICE } from './service.ts';

/** `url`: where the flow goes on; `system`: the name the person knows it by. */
export function returningToPage(frame: PageFrame, of: { system: string; url: string }): string {
  return returningPage(frame, { ...of, service: IDENTITY_SERVICE });
}
