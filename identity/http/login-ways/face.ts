// 刷脸核验, on top of a login. The picture comes to an address of its own (http/face.ts), which leaves a challenge in this
// browser when the face fitted: bound to this step-up and this account, good for minutes, used once.
import type { Cookies } from '../../../common/http/cookies.ts';
import type { Flashes } from '../../../common/http/flash.ts';
import type { Text } from '../../../common/web/texts.ts';
import type { Account } from '../../domain/account.ts';
import type { ChallengeUse } from '../../domain/challenge.ts';
import type { Challenges } from '../../flow/challenges.ts';
import { FACE_SCRIPT, type FaceFault, faceForm, facePassed } from '../../web/face-form.ts';
import { METHOD_WORDS } from '../../web/method-words.ts';
import type { LoginWay } from './way.ts';

export type FaceWayDeps = {
  readonly challenges: Challenges;
  readonly cookies: Cookies;
  readonly flashes: Flashes;
  /** Has a document that the source could know. */
  readonly hasDocument: (account: Account) => Promise<boolean>;
};

/** The cookie with what was left when the face fitted. */
export const FACE_COOKIE = 'face';

const LABEL: Text = METHOD_WORDS.face;
const FAULTS: readonly FaceFault[] = ['mismatched', 'unavailable', 'paused', 'no-picture', 'late'];

export function faceUse(interactionUid: string, account: Account): ChallengeUse {
  return { purpose: 'face-passed', binding: `${interactionUid} ${account.sub}` };
}

export function makeFaceWay({ challenges, cookies, flashes, hasDocument }: FaceWayDeps): LoginWay {
  return {
    name: 'face',
    method: 'face',
    label: LABEL,
    startsLogin: false,
    isAvailable: hasDocument,
    show: async ({ ctx, frame, interactionUid, account, action, hidden }) => {
      const { lang } = frame;
      const left = cookies.read(ctx, FACE_COOKIE);
      if (left !== undefined && account !== null && challenges.isLive(faceUse(interactionUid, account), left))
        return { body: facePassed({ lang, action, hidden }), script: FACE_SCRIPT };
      const flash = flashes.take(ctx, interactionUid);
      const fault = FAULTS.find((known) => known === flash?.code) ?? null;
      const tries = Number(flash?.values?.['left'] ?? 0);
      const uploadAction = `/interaction/${interactionUid}/face`;
      return { body: faceForm({ lang, uploadAction, hidden, fault, left: tries }), script: FACE_SCRIPT };
    },
    submit: async ({ ctx, interactionUid, account }) => {
      const left = cookies.read(ctx, FACE_COOKIE) ?? '';
      cookies.clear(ctx, FACE_COOKIE);
      if (account !== null && (await challenges.take(faceUse(interactionUid, account), left)))
        return { outcome: 'accepted', account, proof: { method: 'face' } };
      flashes.leave(ctx, { code: 'late' }, interactionUid);
      return { outcome: 'waiting' };
    },
  };
}
