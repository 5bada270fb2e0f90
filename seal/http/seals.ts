// GET /v1/seals/{esID}, its /file and GET /v1/trust-roots: what anybody needs to verify by himself.
import type { Knex } from 'knex';
import type Koa from 'koa';
import { z } from 'zod';
import type { DevelopmentAuthority } from '../../common/ca/development-authority.ts';
import type { Clock } from '../../common/clock.ts';
import { esID, sealDocument as sealContract, trustRoots } from '../../common/contract/seal.ts';
import { TrustError } from '../../common/errors.ts';
import { publishTrustStores, type TrustFolder } from '../../common/files/trust-folder.ts';
import { parseParams } from '../../common/http/body.ts';
import type { Operation } from '../../common/http/operation.ts';
import type { Handler } from '../../common/http/routes.ts';
import { certificateFingerprint } from '../../common/pki/certificate.ts';
import { type RegisteredSeal, shownState } from '../domain/registered-seal.ts';
import { findSeal } from '../store/seals.ts';

const ESL_TYPE = 'application/octet-stream';

export const sealOperation: Operation = {
  id: 'readSeal',
  summary: 'Read a seal',
  summaryZh: '查询电子印章',
  description: 'Public data of a seal of this room, with its SESeal and its state now.',
  tag: 'seals',
  params: { esID },
  answers: { 200: { description: 'The seal', content: { schema: sealContract } } },
  problems: ['seal-not-found', 'too-many-requests'],
};

export const sealFileOperation: Operation = {
  id: 'readSealFile',
  summary: 'Read a seal as a file',
  summaryZh: '下载电子印章文件',
  description:
    'The SESeal as an .esl file, byte for byte, for `xinji seal --seal`. Its SM3 is `eseal_sm3` of the seal.',
  tag: 'seals',
  params: { esID },
  answers: { 200: { description: 'The seal', content: { type: ESL_TYPE, description: 'DER of the SESeal' } } },
  problems: ['seal-not-found', 'too-many-requests'],
};

export const trustRootsOperation: Operation = {
  id: 'readTrustRoots',
  summary: 'Read the authorities that this room trusts, by purpose',
  summaryZh: '下载本服务按用途信任的证书机构',
  description:
    'Saved as a file it is what `xinji verify --trust` takes. Compare the SM3 of each with what the operator published elsewhere.',
  tag: 'verifications',
  answers: { 200: { description: 'Certificates by purpose', content: { schema: trustRoots } } },
  problems: ['too-many-requests'],
};

type SealDeps = { readonly db: Knex; readonly clock: Clock };

const sealParams = z.strictObject({ esID });

export function makeSealHandler({ db, clock }: SealDeps): Handler {
  return async (ctx) => {
    ctx.body = describe(await getSeal(db, ctx), clock());
  };
}

export function makeSealFileHandler({ db }: Pick<SealDeps, 'db'>): Handler {
  return async (ctx) => {
    const seal = await getSeal(db, ctx);
    ctx.type = ESL_TYPE;
    ctx.set('Content-Disposition', `attachment; filename="${seal.esID}.esl"`);
    ctx.body = Buffer.from(seal.eseal);
  };
}

async function getSeal(db: Knex, ctx: Koa.Context): Promise<RegisteredSeal> {
  const asked = parseParams(ctx, sealParams);
  const seal = await findSeal(db, asked.esID);
  if (!seal) throw new TrustError('seal-not-found', `There is no seal ${asked.esID}`);
  return seal;
}

type TrustDeps = {
  readonly trustStores: Omit<TrustFolder, 'evidence'>;
  readonly authorities: readonly DevelopmentAuthority[];
  /** Of this room. */
  readonly url: string;
};

/** The sources that the room itself asks; of its own authorities their places here. */
export function makeTrustRootsHandler({ trustStores, authorities, url }: TrustDeps): Handler {
  const own = authorities.map(({ name, certificate }) => ({
    issuer_sm3: certificateFingerprint(certificate),
    crl: new URL(`/crl/${name}.crl`, url).href,
    ocsp: new URL('/ocsp', url).href,
  }));
  const { revocation, ...stores } = trustStores;
  const sources = [...revocation.sources, ...own];
  const published = publishTrustStores({ ...stores, revocation: { ...revocation, sources } });
  return (ctx) => {
    ctx.body = published;
  };
}

function describe(seal: RegisteredSeal, now: Date): z.infer<typeof sealContract> {
  return {
    esID: seal.esID,
    name: seal.name,
    version: seal.version,
    state: shownState(seal, now),
    owner_name: seal.ownerName,
    owner_code: seal.ownerCode,
    valid_from: seal.validFrom.toISOString(),
    valid_to: seal.validTo.toISOString(),
    width_mm: seal.widthMm,
    height_mm: seal.heightMm,
    eseal: Buffer.from(seal.eseal).toString('base64'),
    eseal_sm3: seal.esealSm3,
  };
}
