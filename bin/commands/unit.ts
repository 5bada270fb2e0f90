// `xinji unit`: an organisation as the identity room knows it, suspended, resumed or cancelled. Whoever acts for it then acts
// no more; his own login stays.
import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import type { LegalPerson } from '../../identity/domain/legal-person.ts';
import { setUnitStatus } from '../../identity/flow/end-representation.ts';
import { findLegalPerson } from '../../identity/store/legal-persons.ts';
import { withIdentityRoom } from '../identity-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const STATUS_OF: Readonly<Record<string, LegalPerson['status']>> = {
  suspend: 'suspended',
  resume: 'active',
  cancel: 'cancelled',
};

export const command: Command = {
  name: 'unit',
  summary: 'Show an organisation, suspend, resume or cancel it',
  usage: `xinji unit show    USCC
xinji unit suspend USCC --reason WHY --by WHO
xinji unit resume  USCC --reason WHY --by WHO
xinji unit cancel  USCC --reason WHY --by WHO
    USCC          统一社会信用代码 of the organisation
    --reason WHY  for the audit log, with the number of the order if there is one
    --by WHO      who ordered it

Needs the environment of the identity room. Codes, tokens and consents in the unit's name end at once; access tokens that
rooms have seen are good for five minutes more. A suspended unit is resumed here, a cancelled one comes back when somebody
proves anew that he represents it.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action = '', code, ...rest] = positionals;
    const status = Object.hasOwn(STATUS_OF, action) ? STATUS_OF[action] : undefined;
    const isWhole = status === undefined ? action === 'show' : Boolean(values.reason?.trim() && values.by?.trim());
    if (code === undefined || rest.length > 0 || !isWhole) {
      console.error(`xinji unit: expected\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    const line = await withIdentityRoom(env, 'unit', async ({ db }) => {
      if (status === undefined) return sayUnit(await findLegalPerson(db, code), code);
      const order = { code, status, reason: values.reason!.trim(), by: values.by!.trim() };
      const { unit, ended } = await setUnitStatus({ db, clock: systemClock }, order);
      return `${unit.name} (${code}) is ${status}${status === 'active' ? '' : `; ${ended} grants in its name ended`}.`;
    });
    console.log(line);
    return 0;
  },
};

const OPTIONS = { reason: { type: 'string' }, by: { type: 'string' } } as const;

function sayUnit(unit: LegalPerson | null, code: string): string {
  if (unit === null) throw new TrustError('unit-not-found', `no unit ${code} is known here`);
  return `${unit.name} (${code}) is ${unit.status}; its representative was last confirmed ${unit.verifiedAt.toISOString()}.`;
}
