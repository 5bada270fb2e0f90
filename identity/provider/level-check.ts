// Which level a request needs, and the check of the login prompt that asks for it. A registration's level, plain acr_values and
// an essential acr claim are all enforced (the library knows the last alone, and takes levels for unordered names): of several
// values one is enough, and a higher level serves for a lower one. Whoever asks with prompt=none is told interaction_required,
// and unmet_authentication_requirements when the account itself is not proven that far.
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { acrOf, LEVELS, type Level, parseAcr } from '../domain/assurance.ts';

const { Check } = interactionPolicy;

/** Name of the check among the reasons of a prompt. */
export const LEVEL_REASON = 'level';

type Login = ReturnType<ReturnType<typeof interactionPolicy.base>['get']> & object;

/** Puts the check into the login prompt in the place of the library's two. */
export function askForLevel(login: Login): void {
  login.checks.remove('essential_acrs');
  login.checks.remove('essential_acr');
  login.checks.add(
    new Check(
      LEVEL_REASON,
      'a higher level of authentication is needed',
      (ctx) => {
        const { session } = ctx.oidc;
        const demanded = demandedLevel(ctx);
        // Without a session the login comes first.
        if (demanded === null || session?.accountId === undefined) return Check.NO_NEED_TO_PROMPT;
        const reached = parseAcr(session.acr ?? '') ?? LEVELS[0];
        if (reached >= demanded) return Check.NO_NEED_TO_PROMPT;
        const proofing = Number(ctx.oidc.account?.['level'] ?? demanded);
        if (proofing < demanded && ctx.oidc.prompts.has('none'))
          throw new errors.UnmetAuthenticationRequirements('the account is not proven that far');
        return Check.REQUEST_PROMPT;
      },
      (ctx) => ({ level: acrOf(demandedLevel(ctx) ?? LEVELS[0]) }),
    ),
  );
}

/** The highest of what is demanded; null when nothing is. */
function demandedLevel(ctx: KoaContextWithOIDC): Level | null {
  const demands = [registeredLevel(ctx), plainLevel(ctx), essentialLevel(ctx)].filter((level) => level !== null);
  return demands.length === 0 ? null : highest(demands);
}

function registeredLevel(ctx: KoaContextWithOIDC): Level | null {
  const level = ctx.oidc.client?.['xinji_min_level'];
  return LEVELS.find((known) => known === level) ?? null;
}

/** `acr_values` is a wish (OpenID Connect Core); names that are not ours are passed over. */
function plainLevel(ctx: KoaContextWithOIDC): Level | null {
  const values = ctx.oidc.params?.['acr_values'];
  return typeof values === 'string' ? lowest(values.split(' ')) : null;
}

/** An essential `acr` must be met by one of its values: names that nobody can meet end the request. */
function essentialLevel(ctx: KoaContextWithOIDC): Level | null {
  const wish = ctx.oidc.claims?.id_token?.['acr'] as { essential?: unknown; value?: unknown; values?: unknown } | null;
  if (wish?.essential !== true) return null;
  if (wish.value === undefined && wish.values === undefined) return null;
  if (wish.values !== undefined && !Array.isArray(wish.values))
    throw new errors.InvalidRequest('invalid claims.id_token.acr.values type');
  const values = [...(wish.values === undefined ? [] : (wish.values as unknown[])), wish.value].filter(
    (value) => typeof value === 'string',
  );
  const level = lowest(values);
  if (level === null)
    throw new errors.UnmetAuthenticationRequirements('none of the requested acr values is known here');
  return level;
}

function lowest(names: readonly string[]): Level | null {
  const levels = names.map(parseAcr).filter((level) => level !== null);
  return LEVELS.find((level) => levels.includes(level)) ?? null;
}

function highest(levels: readonly Level[]): Level {
  return levels.reduce((a, b) => (a > b ? a : b));
}
