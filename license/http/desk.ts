// /desk: the first page of who issues.

import { TrustError } from '../../common/errors.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { listOwnDrafts } from '../flow/drafts.ts';
import { findOrganisationNames } from '../store/clients.ts';
import { chooseDeskPage, deskHomePage } from '../web/desk-home-page.ts';
import { DESK_PATH } from '../web/service.ts';
import { atDesk, type DeskParts, organisationsOfClerk } from './desk-person.ts';
import { personOf } from './person.ts';

export type DeskHandlers = Readonly<Record<'choose' | 'home', Handler>>;

export function makeDeskHandlers(parts: DeskParts): DeskHandlers {
  const { deps, sessions } = parts;
  return {
    choose: async (ctx) => {
      const codes = organisationsOfClerk(parts, ctx);
      const [only, ...others] = codes;
      if (only === undefined) throw new TrustError('role-missing', 'only who has the role license-clerk works here');
      if (others.length === 0) return seeOther(ctx, `${DESK_PATH}/${only}`);
      const names = await findOrganisationNames(deps.db, codes);
      const organisations = codes.map((code) => ({ code, name: names.get(code) ?? code }));
      sendPage(ctx, chooseDeskPage(pageFrame(ctx), personOf(sessions, ctx), organisations));
    },
    home: async (ctx) => {
      const { clerk, desk, rights } = await atDesk(parts, ctx);
      const types = await Promise.all(rights.map(({ licenseType }) => deps.catalog.get(licenseType)));
      const drafts = await listOwnDrafts(deps, clerk);
      const views = drafts.map(({ draftId, licenseType, follows, content, changedAt }) => ({
        draftId,
        operation: follows?.operation ?? null,
        type: types.find(({ code }) => code === licenseType) ?? null,
        number: content.cells['license_number'] ?? '',
        holder: content.cells['holder_name'] ?? '',
        changedAt,
      }));
      sendPage(ctx, deskHomePage(pageFrame(ctx), desk, types, views));
    },
  };
}
