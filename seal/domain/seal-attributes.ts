// The two CMS attributes that join a signature and a GB/T 38540 seal (the dual container).
// No identifier is registered for a SES_Signature inside CMS, and inventing one under a foreign arc would be squatting;
// 2.25 followed by a UUID as a number (ITU-T X.667) needs no registration.

/** Unsigned attribute: one complete SES_Signature over the same digest. UUID 9ac10d34-24e7-4a08-b06c-96487dbcda48. */
export const SES_SIGNATURE_ATTRIBUTE = '2.25.205703492447184636206259527096387557960';

/**
 * Signed attribute: OCTET STRING with SM3 of the SESeal. Without it the unsigned attribute could be taken away and a
 * valid signature would remain. UUID 970f4f66-3ee7-442d-aa55-5dbbc64c4201.
 */
export const SEAL_DIGEST_ATTRIBUTE = '2.25.200792922227499238596381261395238076929';

/** The identifiers of the two attributes; others may be set, and these are always understood beside them. */
export type SealAttributes = { readonly sealDigest: string; readonly sesSignature: string };

/** propertyInfo of the SES_Signature: the protection scope is the /ByteRange of the dictionary that holds it. */
export const PROTECTION_SCOPE = 'PDF ByteRange';
