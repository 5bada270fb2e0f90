// `xinji keys`: make the development keys, look at a key or certificate file, close a key file under the master key.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { parseKey32, parseKeys32 } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import {
  type KeyFileOptions,
  readKeyPem,
  readSm2KeyFile,
  sealKeyPem,
  writeKeyFile,
} from '../../common/keys/key-file.ts';
import { type Certificate, certificateFingerprint, readCertificatesPem } from '../../common/pki/certificate.ts';
import { makeDevelopmentKeys } from '../../keys-dev/make.ts';
import { ROOM_NAMES, type RoomName } from '../schemas.ts';
import { type Command, EXIT_USAGE } from './command.ts';
import { issueCertificate, revokeCertificate, writeCrl } from './keys-authority.ts';
import { rewrapKeys } from './keys-rewrap.ts';

type Act = {
  readonly operands: number;
  /** A number is the exit code. */
  readonly run: (operands: readonly string[], env: NodeJS.ProcessEnv, room?: RoomName) => Promise<unknown>;
};

const DEVELOPMENT_FOLDER = join(import.meta.dirname, '../../keys-dev/pem');

const ACTS: Readonly<Record<string, Act>> = {
  dev: { operands: 0, run: makeKeys },
  show: { operands: 1, run: showFile },
  seal: { operands: 2, run: sealFile },
  issue: { operands: 3, run: issueCertificate },
  revoke: { operands: 2, run: revokeCertificate },
  crl: { operands: 2, run: writeCrl },
  rewrap: { operands: 0, run: (_operands, env, room) => rewrapKeys(env, room) },
};

export const command: Command = {
  name: 'keys',
  summary: 'Make development keys, show a key or certificate, seal a key file, change the master key',
  usage: `xinji keys dev            make keys-dev/pem once: SM2 root, authorities, seal maker, signers, P-256 client keys
xinji keys show FILE      say what a PEM file holds: certificates, or the public half of an SM2 key
xinji keys seal IN OUT    close the PKCS#8 PEM file IN under XINJI_MASTER_KEY; OUT must not exist, mode 0600
xinji keys issue AUTHORITY REQUEST OUT   certify a PKCS#10 request (PEM or DER) for two years: makers, signers or time
xinji keys revoke CERTIFICATE REASON     revoke a certificate: key-compromise, superseded, cessation-of-operation, …
xinji keys crl AUTHORITY OUT             write the revocation list of root, makers, signers or time, good for a week
xinji keys rewrap [--room ROOM]   put what lies under XINJI_MASTER_KEY_PREVIOUS under XINJI_MASTER_KEY, while the rooms run

issue, revoke and crl are the authorities of keys-dev/pem and need XINJI_MODE=development. Every subject made by \`dev\` says OU=DEV ONLY, and production refuses it. A sealed key file is read wherever a key file
is configured, with XINJI_MASTER_KEY. rewrap needs the environment of the rooms; broken off, it is run again. A sealed key file is closed anew by \`seal\`.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { room: { type: 'string' } },
      allowPositionals: true,
    });
    const [name = '', ...operands] = positionals;
    const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
    const room = ROOM_NAMES.find((known) => known === values.room);
    const isRoom = values.room === undefined || (name === 'rewrap' && room !== undefined);
    if (!act || operands.length !== act.operands || !isRoom) {
      console.error(`xinji keys: expected one of\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    const code = await act.run(operands, env, room);
    return typeof code === 'number' ? code : 0;
  },
};

async function makeKeys(): Promise<void> {
  const { folder, created } = await makeDevelopmentKeys(DEVELOPMENT_FOLDER);
  console.log(created ? `Made the development keys in ${folder}.` : `The development keys are there: ${folder}.`);
}

async function showFile([path = '']: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const text = await readText(path);
  if (text.includes('-----BEGIN CERTIFICATE-----')) {
    console.log(readCertificatesPem(text).map(describeCertificate).join('\n\n'));
    return;
  }
  const key = await readSm2KeyFile(path, { mode: 'development', warn: console.error, ...masterKeyOf(env) });
  console.log(
    `SM2 private key\npublic point  ${toHex(key.publicKey.point)}\nSM3 of SPKI   ${toHex(sm3(key.publicKey.spki))}`,
  );
}

async function sealFile([from = '', to = '']: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { masterKey, ...former } = masterKeyOf(env);
  if (!masterKey) throw new TrustError('config-invalid', 'XINJI_MASTER_KEY is not set; expected 64 hexadecimal digits');
  const pem = await readKeyPem(from, { mode: 'development', warn: console.error, masterKey, ...former });
  if (!pem.includes('-----BEGIN PRIVATE KEY-----'))
    throw new TrustError('key-malformed', `${from} is not a PKCS#8 PEM file`);
  try {
    await writeKeyFile(to, sealKeyPem(pem, masterKey));
  } catch (cause) {
    throw new TrustError('config-invalid', `${to} cannot be written (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
  console.log(`${to} holds the key, closed under the master key. Remove ${from} when the new file is in use.`);
}

function describeCertificate(certificate: Certificate): string {
  const rows = [
    ['subject', certificate.subject],
    ['issuer', certificate.issuer],
    ['serial', certificate.serial],
    ['valid', `${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`],
    ['key usage', certificate.keyUsage?.join(', ') ?? 'not given'],
    ['authority', certificate.isCa ? `yes, path length ${certificate.pathLength ?? 'free'}` : 'no'],
    ['SM3', certificateFingerprint(certificate)],
  ];
  return rows.map(([label = '', value = '']) => `${label.padEnd(10)} ${value}`).join('\n');
}

function masterKeyOf(env: NodeJS.ProcessEnv): Pick<KeyFileOptions, 'masterKey' | 'previousMasterKeys'> {
  const hex = env['XINJI_MASTER_KEY'];
  if (hex === undefined) return {};
  try {
    const previousMasterKeys = parseKeys32(env['XINJI_MASTER_KEY_PREVIOUS'] ?? '');
    return { masterKey: parseKey32(hex), previousMasterKeys };
  } catch (cause) {
    throw new TrustError('config-invalid', `XINJI_MASTER_KEY or _PREVIOUS: ${(cause as Error).message}`, { cause });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TrustError('key-not-found', `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      hint: 'Check the path and the right to read it.',
      cause,
    });
  }
}
