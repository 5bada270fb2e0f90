import test from 'ava';
import {
  derExplicit,
  derImplicit,
  derPrintable,
  derSequence,
  derSet,
  derUtf8,
} from '../../../common/asn1/der-write.ts';
import { fromHex, toHex } from '../../../common/bytes.ts';
import type { Certificate } from '../../../common/pki/certificate.ts';
import { encodeIdentityCode, findIdentityCode } from '../../../common/pki/identity-code.ts';
import { OID } from '../../../common/pki/oids.ts';

const NUMBER = '36010219900307771X';
const carrying = (value: Uint8Array, oid: string = OID.identityCode) =>
  findIdentityCode({ extensions: [{ oid, critical: false, value }] } as Partial<Certificate> as Certificate);

test('GB/T 20518 identifyCode: the number is found in each of the forms that authorities write', (t) => {
  t.is(carrying(encodeIdentityCode(NUMBER)), NUMBER);
  t.is(toHex(encodeIdentityCode('1')), '3105a003130131');
  t.is(carrying(derSet(derImplicit(0, derPrintable(NUMBER)))), NUMBER);
  t.is(carrying(derPrintable(NUMBER)), NUMBER);
  t.is(carrying(derUtf8(NUMBER.toLowerCase())), NUMBER);
});

test('refused siblings: another extension, another member, a damaged value and another structure name nobody', (t) => {
  t.is(carrying(encodeIdentityCode(NUMBER), OID.keyUsage), null);
  t.is(carrying(derSet(derExplicit(2, derPrintable('G12345678')))), null);
  t.is(carrying(encodeIdentityCode(NUMBER).subarray(0, 9)), null);
  t.is(carrying(fromHex('ffff')), null);
  t.is(carrying(derSequence(derPrintable(NUMBER))), null);
  t.is(carrying(new Uint8Array()), null);
});
