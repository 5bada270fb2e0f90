// Sources of a development house. They behave like real ones: they take their time, know only registered persons, have names
// that are out of date, and fail, by a setting or for persons who are there for that. Production refuses them.
import { setTimeout as wait } from 'node:timers/promises';
import { CITIZEN_NUMBER } from '../domain/account.ts';
import { isPicture } from '../domain/picture.ts';
import type { Identity, ProofingOutcome, ProofingPorts, Source } from '../domain/proofing.ts';
import { TEST_PERSONS, TEST_UNITS, type TestPerson } from './test-persons.ts';

export type DevelopmentSources = {
  /** How long each answer takes. */
  readonly delayMs: number;
  /** Sources that do not answer now; asked at every call, so that an outage can end. */
  readonly outages: () => readonly Source[];
};

const PORT = 'development';

export function makeDevelopmentPorts({ delayMs, outages }: DevelopmentSources): ProofingPorts {
  const answer = async (source: Source, judge: () => ProofingOutcome): Promise<ProofingOutcome> => {
    if (delayMs > 0) await wait(delayMs);
    return outages().includes(source) ? 'unavailable' : judge();
  };
  return {
    population: {
      port: PORT,
      check: (identity) => answer('population', () => checkBase(identity)),
    },
    face: {
      port: PORT,
      compare: (identity, picture) =>
        answer('face', () => {
          const person = findPerson(identity);
          return person?.name === identity.name && isPicture(picture) ? person.face : 'mismatched';
        }),
    },
    legalPerson: {
      port: PORT,
      check: (unit, representative) =>
        answer('legal-person', () => {
          const known = TEST_UNITS.find(({ code }) => code === unit.code);
          const fits = known?.name === unit.name && known.representative === findPerson(representative)?.code;
          return fits ? checkBase(representative) : 'mismatched';
        }),
    },
    counter: { port: PORT, confirm: () => answer('counter', () => 'matched') },
  };
}

function checkBase(identity: Identity): ProofingOutcome {
  const person = findPerson(identity);
  if (person?.base) return person.base;
  return person?.name === identity.name ? 'matched' : 'mismatched';
}

function findPerson({ holder }: Identity): TestPerson | undefined {
  return holder.type === CITIZEN_NUMBER ? TEST_PERSONS.find(({ code }) => code === holder.code) : undefined;
}
