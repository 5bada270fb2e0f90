// Requests that a license type must refuse, made up from the type alone: a good one with one thing wrong, once for every
// rule that the type has. What is expected is a code and the places where the fault may be said.
import { HOLDER_CODE_TYPES } from '../../common/codes/holder-code.ts';
import type { ProblemCode } from '../../common/errors.ts';
import type { LicenseType } from '../../license/domain/license-type.ts';
import { endOfPeriod } from '../../license/domain/license-validity.ts';
import { validityWord } from '../../license/domain/type-conduct.ts';
import { type BrokenRequest, breakField, type MakeGood } from './break-field.ts';
import { type Random, sampleHolder } from './sample-codes.ts';
import { dateOf, dayOf } from './sample-field.ts';
import { SAMPLE_PHOTO, type SampleRequest, sampleRequest } from './sample-request.ts';

const FIELDS = 'license-fields-invalid';

/** Throws `Unsampled` where no good request could be made up to begin with. */
export function breakRequest(type: LicenseType, today: string, random: Random): readonly BrokenRequest[] {
  const good: MakeGood = (wishes) => sampleRequest(type, today, random, wishes);
  return [
    ...breakHolders(type, good, random),
    ...breakNumberAndPhoto(type, good),
    ...breakDates(type, good, today),
    ...type.fields.flatMap((field) => breakField(type, field, good, today)),
  ];
}

function breakHolders({ holder }: LicenseType, good: MakeGood, random: Random): BrokenRequest[] {
  const broken: BrokenRequest[] = [];
  const add = (says: string, pointer: string, change: (request: SampleRequest) => void, code: ProblemCode = FIELDS) => {
    const request = good();
    change(request);
    broken.push({ says, request, code, pointers: [pointer] });
  };
  const another = () => sampleHolder(holder.code_types[0]!, random);
  add('no holder', '/holders', (request) => void request.holders.splice(0), 'invalid-request');
  if (holder.min_holders > 1) add('a holder too few', '/holders', (request) => void request.holders.pop());
  if (holder.max_holders < 20) {
    add('a holder too many', '/holders', ({ holders }) => {
      while (holders.length <= holder.max_holders) holders.push(another());
    });
  }
  if (holder.max_holders > 1) {
    add('the same holder twice', '/holders/1', (request) => {
      request.holders = [request.holders[0]!, request.holders[0]!, ...request.holders.slice(2)];
    });
  }
  const foreign = [...HOLDER_CODE_TYPES.keys()].find((codeType) => !holder.code_types.includes(codeType));
  if (foreign !== undefined) {
    add('a foreign holder code type', '/holders/0/code_type', ({ holders }) => {
      holders[0] = sampleHolder(foreign, random);
    });
  }
  add('a holder name with a blank before it', '/holders/0/name', ({ holders }) => {
    holders[0] = { ...holders[0]!, name: ` ${holders[0]!.name}` };
  });
  for (const codeType of holder.code_types) {
    add(
      `a code of type ${codeType} that breaks its rule`,
      '/holders/0/code',
      ({ holders }) => {
        holders[0] = { ...sampleHolder(codeType, random), code: '?' };
      },
      'code-check',
    );
  }
  return broken;
}

function breakNumberAndPhoto(type: LicenseType, good: MakeGood): BrokenRequest[] {
  const number = good();
  number.license_number = `${number.license_number}※`;
  const photo = good();
  const at = { code: FIELDS, pointers: ['/photo'] } as const;
  const broken: BrokenRequest[] = [
    { says: 'a number against its pattern', request: number, code: FIELDS, pointers: ['/license_number'] },
  ];
  if (type.photo.obligation === 'none') {
    return [...broken, { says: 'a photo that the type has not', request: { ...photo, photo: SAMPLE_PHOTO }, ...at }];
  }
  broken.push({ says: 'a photo that is no picture', request: { ...photo, photo: 'R0lGODlhAQABAAAAACw=' }, ...at });
  if (type.photo.obligation === 'optional') return broken;
  const { photo: _, ...without } = photo;
  return [...broken, { says: 'no photo', request: without, ...at }];
}

function breakDates(type: LicenseType, good: MakeGood, today: string): BrokenRequest[] {
  const broken: BrokenRequest[] = [];
  const add = (says: string, pointer: string, change: Partial<SampleRequest>, code: ProblemCode = FIELDS) => {
    broken.push({ says, request: { ...good(), ...change }, code, pointers: [pointer] });
  };
  const tomorrow = dateOf(dayOf(today) + 1);
  const period = { issued_on: today, valid_from: today };
  add('issued tomorrow', '/issued_on', { issued_on: tomorrow });
  add('issued on a day that the calendar lacks', '/issued_on', { issued_on: '2026-02-30' }, 'invalid-request');
  add('valid until a day before it begins', '/valid_to', { ...period, valid_to: dateOf(dayOf(today) - 1) });
  const word = validityWord(type.validity) ?? type.validity_range[0]!;
  const beyond = dateOf(dayOf(endOfPeriod(word, today)) + 1);
  if (type.validity.kind === 'years' || type.validity.kind === 'months') {
    add('valid a day too long', '/valid_to', { ...period, valid_to: beyond });
  }
  if (type.validity.kind === 'listed' && word !== '长期') {
    add('valid for no listed period', '/valid_to', { ...period, valid_to: beyond });
  }
  if (type.validity.kind === 'listed' || type.validity.kind === 'stated') {
    const { valid_to: _, ...without } = good();
    broken.push({ says: 'no end of validity', request: without, code: FIELDS, pointers: ['/valid_to'] });
  }
  return broken;
}
