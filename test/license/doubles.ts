// What the tests of the license room are made of, without a test runner: codes, a seal room in memory that counts what it
// does, files in memory, the registrations of a small house, a request.

import { readFileSync } from 'node:fs';
import { concatBytes, toHex, utf8 } from '../../common/bytes.ts';
import type { SealedPdf } from '../../common/client/seal-client.ts';
import { type IssueRequest, issueRequest } from '../../common/contract/license.ts';
import type { VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { FileStore } from '../../common/files/file-store.ts';
import { holderKey } from '../../license/domain/holder-key.ts';
import { makeRoomKeys } from '../../license/domain/room-keys.ts';
import type { IssueOptions, IssueOutcome } from '../../license/flow/await-issue.ts';
import type { LicenseDeps, SealPort } from '../../license/flow/deps.ts';
import { issueLicense } from '../../license/flow/issue-license.ts';
import { issuerOfClient } from '../../license/flow/issuer.ts';
import { registerClient, registerIssuingAuthority, registerIssuingClient } from '../../license/flow/register.ts';
import { publishHere } from './catalog.ts';

export const AUTHORITY = { name: '示例市卫生健康委员会', code: '11360100MB0D00010M' };
export const OTHER_AUTHORITY = { name: '示例市市场监督管理局', code: '11360100MB0D00029J' };
export const TYPE = '11100000MB0D000965001';
export const DEPARTMENT = 'health-commission';
export const OTHER_DEPARTMENT = 'market-regulator';
export const VERIFIER = 'service-hall';
export const ZHANGSAN = { name: '张三', code_type: '111', code: '360102199003077718' };
export const LISI = { name: '李四', code_type: '111', code: '360102198511267724' };
export const MASTER_KEY = new Uint8Array(32).fill(9);
export const keys = makeRoomKeys([MASTER_KEY], new Uint8Array(32).fill(8));
export const zhangsanKey = holderKey(keys.pepper, ZHANGSAN.code_type, ZHANGSAN.code);
export const lisiKey = holderKey(keys.pepper, LISI.code_type, LISI.code);

export type SealDouble = SealPort & {
  /** Sealings made, and calls of `seal` including repetitions. */
  readonly made: string[];
  calls: number;
  /** Called at the begin and at the end of every call; may throw. */
  before: () => Promise<void> | void;
  after: () => Promise<void> | void;
};

/** Keeps its contract: same key and bytes, same answer; our bytes first, something appended. */
export function makeSealDouble(): SealDouble {
  const answers = new Map<string, SealedPdf & { readonly request: string }>();
  const double: SealDouble = {
    made: [],
    calls: 0,
    before: () => {},
    after: () => {},
    async seal(pdf, place, key) {
      double.calls += 1;
      await double.before();
      const request = toHex(sm3(pdf)) + JSON.stringify(place);
      const known = answers.get(key);
      if (known && known.request !== request) throw new TrustError('idempotency-conflict', 'the bytes changed');
      const sealed = concatBytes(pdf, utf8(`%sealed ${answers.size}\n`));
      const answer = known ?? {
        request,
        pdf: sealed,
        sm3: toHex(sm3(sealed)),
        sealingId: `sealing-${answers.size}`,
        isVerified: true,
      };
      if (!known) double.made.push(key);
      answers.set(key, answer);
      await double.after();
      return answer;
    },
    verify: async (pdf) => emptyReport(pdf),
  };
  return double;
}

export function makeMemoryFiles(): FileStore & { readonly count: () => number } {
  const files = new Map<string, Uint8Array>();
  return {
    put: async (bytes) => {
      const digest = toHex(sm3(bytes));
      files.set(digest, bytes.slice());
      return digest;
    },
    get: async (digest) => files.get(digest) ?? null,
    list: async (after, limit) =>
      [...files]
        .filter(([digest]) => digest > (after ?? ''))
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .slice(0, limit)
        .map(([digest, bytes]) => ({ sm3: digest, size: bytes.length, storedAt: NOON })),
    remove: async (digest) => files.delete(digest),
    count: () => files.size,
  };
}

export const NOON = new Date('2026-11-20T04:00:00Z');

/** The type, two departments (the second with a seal of its own) and one verifier. */
export async function registerHouse(deps: Pick<LicenseDeps, 'db' | 'clock' | 'catalog'>): Promise<void> {
  await publishHere(deps, JSON.parse(readFileSync('license/type-packs/health-certificate/type.json', 'utf8')));
  await registerDepartment(deps, DEPARTMENT, { ...AUTHORITY, sealEsID: '36010000000001' });
  await registerDepartment(deps, OTHER_DEPARTMENT, { ...OTHER_AUTHORITY, sealEsID: '36010000000002' });
  await registerClient(deps, {
    clientId: VERIFIER,
    organisation: '11360100MB0D00037D',
    organisationName: '示例市政务服务大厅',
    mayRedeem: true,
  });
}

type Department = { readonly code: string; readonly name: string; readonly sealEsID: string };

/** A system of an authority that issues a type. */
export async function registerDepartment(
  deps: Pick<LicenseDeps, 'db' | 'clock'>,
  clientId: string,
  { code, name, sealEsID }: Department,
  licenseType: string = TYPE,
): Promise<void> {
  const client = { clientId, organisation: code, organisationName: name, mayRedeem: false };
  await registerClient(deps, client);
  const grant = { clientId, licenseType, authorityCode: code };
  await registerIssuingAuthority(deps, { ...grant, authorityName: name, region: '360100', sealEsID });
  await registerIssuingClient(deps, grant);
}

/** Long enough for the busiest machine: time decides no test. */
const PATIENT: IssueOptions = { waitMs: 120_000 };

/** Issues for a client, and throws what is promised only: its problem stays in the record. */
export async function issueAs(
  deps: LicenseDeps,
  clientId: string,
  request: IssueRequest,
  options: IssueOptions = PATIENT,
): Promise<Extract<IssueOutcome, { kind: 'issued' }>> {
  const outcome = await tryIssue(deps, clientId, request, options);
  if (outcome.kind === 'issued') return outcome;
  throw new Error(`promised: ${outcome.issue.lastError}`);
}

export async function tryIssue(
  deps: LicenseDeps,
  clientId: string,
  request: IssueRequest,
  options?: IssueOptions,
): Promise<IssueOutcome> {
  const issuer = await issuerOfClient(deps, clientId, request.license_type, request.authority_code);
  return issueLicense(deps, issuer, request, options);
}

export function makeRequest(change: Partial<IssueRequest> = {}): IssueRequest {
  return issueRequest.parse({
    case_id: 'CASE-2026-000001',
    license_type: TYPE,
    license_number: '示例健证（2026）第000001号',
    holders: [ZHANGSAN],
    fields: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: '2026-11-10',
      conclusion: '合格',
    },
    ...change,
  });
}

function emptyReport(pdf: Uint8Array): VerificationReport {
  return {
    indication: 'INDETERMINATE',
    sub_indication: 'NO_SIGNATURE_FOUND',
    summary: 'The seal room of this test knows no signatures.',
    verified_at: NOON.toISOString(),
    file: { size: pdf.length, sm3: toHex(sm3(pdf)) },
    changes_after_sealing: [],
    signatures: [],
  };
}
