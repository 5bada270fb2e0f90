// One way to prove who one is, as the login page and the step-up page know it. A way draws its form, judges what was sent and
// says what was proven; it knows nothing of sessions, levels and what comes after.
import type Koa from 'koa';
import type { PageFrame } from '../../../common/web/frame.ts';
import type { Html } from '../../../common/web/html.ts';
import type { Fault } from '../../../common/web/parts.ts';
import type { Text } from '../../../common/web/texts.ts';
import type { Account } from '../../domain/account.ts';
import type { Method, Proof } from '../../domain/assurance.ts';
import type { SettledTries } from '../../store/login-tries.ts';
import type { Visitor } from '../visitor.ts';

/** Value of `?way=` and of the hidden field `way`. */
export type WayName = 'password' | 'sms' | 'mail' | 'passkey' | 'scan' | 'certificate' | 'totp' | 'recovery' | 'face';

/** One visit of one person at one login or step-up under way. */
export type WayVisit = {
  readonly ctx: Koa.Context;
  readonly frame: PageFrame;
  /** Names the login under way; what is sent or shown here is bound to it. */
  readonly interactionUid: string;
  readonly clientId: string;
  /** The asking system's name. */
  readonly system: string;
  /** Who is logged in and proves more; null at a login. */
  readonly account: Account | null;
  readonly visitor: Visitor;
  readonly requestId: string;
  /** Where the way's forms post to. */
  readonly action: string;
  /** Goes into each of its forms: token against forgery, name of the way. */
  readonly hidden: Html;
};

/** What is shown again after a fault; never a secret. */
export type Typed = Readonly<Record<string, string>>;

export type WayShown = {
  readonly body: Html;
  /** Script of ours; runs with the page's nonce. */
  readonly script?: string;
};

/** A proof that was judged and is not believed, for the audit log; `sub` where it is known whose it should have been. */
export type Judged = { readonly sub?: string | undefined; readonly because?: string };

export type WayAnswer =
  /** `tries`: settled with the record of what was proven. */
  | {
      readonly outcome: 'accepted';
      readonly account: Account;
      readonly proof: Proof;
      readonly tries?: SettledTries;
      /** True where it is known that the person has logged in with this browser before. */
      readonly knowsDevice?: boolean;
    }
  /** Without `judged` nothing was judged, as of an empty field, or the flow below has written it down. */
  | { readonly outcome: 'refused'; readonly faults: readonly Fault[]; readonly typed?: Typed; readonly judged?: Judged }
  /** `field` is where the sentence stands. */
  | {
      readonly outcome: 'paused';
      readonly until: Date;
      readonly field: string;
      readonly typed?: Typed;
      readonly judged?: Judged;
    }
  /** Nothing is decided: the same way is shown again. */
  | { readonly outcome: 'waiting' };

export type LoginWay = {
  readonly name: WayName;
  /** What it proves. */
  readonly method: Method;
  readonly label: Text;
  /** False: only for somebody who is logged in already. */
  readonly startsLogin: boolean;
  /** True: stands under 「更多方式」 on phones. */
  readonly isRare?: boolean;
  /** May this person use it? Asked at a step-up only; left out: yes. */
  readonly isAvailable?: (account: Account) => Promise<boolean>;
  readonly show: (
    visit: WayVisit,
    state: { readonly faults: readonly Fault[]; readonly typed: Typed },
  ) => Promise<WayShown>;
  readonly submit: (visit: WayVisit, form: Readonly<Record<string, string>>) => Promise<WayAnswer>;
};
