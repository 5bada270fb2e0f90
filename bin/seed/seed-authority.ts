// The development authority as the seed meets it: certifies keys of seals at once, under 信基开发签章者机构 of keys-dev.
// Not here: a record of what was issued and revoked.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../common/bytes.ts';
import type { CertificateAuthority } from '../../common/ca/certificate-authority.ts';
import { readSm2KeyFile } from '../../common/keys/key-file.ts';
import { readCertificatesPem } from '../../common/pki/certificate.ts';
import { makeCertificate } from '../../common/pki/make-certificate.ts';
import { parsePkcs10 } from '../../common/pki/pkcs10.ts';

/** `keys` is the folder of the development PKI. */
export async function openSeedAuthority(keys: string): Promise<CertificateAuthority> {
  const issuerKey = await readSm2KeyFile(join(keys, 'pki-private/sub-ca-signers.key.pem'), { mode: 'development' });
  const [issuer] = readCertificatesPem(readFileSync(join(keys, 'pki/sub-ca-signers.crt.pem'), 'utf8'));
  return {
    issue: async ({ pkcs10, notBefore, notAfter }) => {
      const { subjectParts: subject, publicKey } = parsePkcs10(pkcs10);
      return makeCertificate({
        subject,
        issuer: issuer!.subjectParts,
        serial: `2b${toHex(randomBytes(15))}`,
        notBefore,
        notAfter,
        publicKey,
        issuerKey,
        ca: null,
        keyUsage: ['digitalSignature', 'nonRepudiation'],
      });
    },
    revoke: async () => undefined,
  };
}
