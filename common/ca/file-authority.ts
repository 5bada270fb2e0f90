// A licensed authority that is met by file: requests lie in a folder for whoever takes them there, and the certificate comes
// back by another way, days later. A revocation is a file too: what the authority has to be told.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../bytes.ts';
import { sm3 } from '../crypto/sm3.ts';
import { certificatePem } from '../pki/certificate.ts';
import { parsePkcs10, pkcs10Pem } from '../pki/pkcs10.ts';
import type { CertificateAuthority } from './certificate-authority.ts';

/**
 * `NAME.csr.pem`, named by the SM3 of the request, and `SERIAL.revocation.json` in `folder`, which is made when it is not
 * there. A file that is there stays as it is: asking again changes nothing.
 */
export function makeFileAuthority(folder: string): CertificateAuthority {
  const put = async (name: string, text: string): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), text, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  };
  return {
    issue: async ({ pkcs10, notBefore, notAfter }) => {
      const { subject } = parsePkcs10(pkcs10);
      const wanted = `Subject: ${subject}\nFrom: ${notBefore.toISOString()}\nTo: ${notAfter.toISOString()}\n`;
      await put(`${toHex(sm3(pkcs10)).slice(0, 32)}.csr.pem`, `${wanted}${pkcs10Pem(pkcs10)}`);
      return null;
    },
    revoke: async (certificate, reason, at) => {
      const { serial, issuer, subject } = certificate;
      const wish = { serial, issuer, subject, reason, at: at.toISOString(), certificate: certificatePem(certificate) };
      await put(`${serial}.revocation.json`, `${JSON.stringify(wish, null, 2)}\n`);
    },
  };
}
