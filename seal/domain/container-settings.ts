// The settings that name containers: /Filter, /SubFilter, CMS attributes. Apart from the others of the room, because the command
// line reads these alone.
import { type ConfigTable, readConfig } from '../../common/env.ts';
import { type ContainerSettings, parseContainerNames, parseSealAttributes } from './container.ts';
import { SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE } from './seal-attributes.ts';

export const CONTAINER_ROWS = {
  cmsNames: {
    name: 'XINJI_SEAL_CMS_NAMES',
    manual: '/Filter and /SubFilter of signatures in the modes dual and cms, for readers that know others.',
    example: 'GM.PKILite/GM.SM2',
    fallback: () => 'Adobe.PPKLite/ETSI.CAdES.detached',
    parse: parseContainerNames,
  },
  sesNames: {
    name: 'XINJI_SEAL_SES_NAMES',
    manual: '/Filter and /SubFilter of signatures in the mode ses; no norm fixes them.',
    example: 'Gomain.GMPkiLite/GM.sm2seal',
    fallback: () => 'Gomain.GMPkiLite/GM.sm2seal',
    parse: parseContainerNames,
  },
  sealAttributes: {
    name: 'XINJI_SEAL_ATTRIBUTES',
    manual:
      'The two CMS attributes of the mode dual: digest of the seal, SES_Signature. Verification understands the default ones beside these.',
    example: '1.2.156.10001.2,1.2.156.10001.3',
    fallback: () => `${SEAL_DIGEST_ATTRIBUTE},${SES_SIGNATURE_ATTRIBUTE}`,
    parse: parseSealAttributes,
  },
} as const satisfies ConfigTable;

/** Names and attributes of containers as set. */
export function containersOf(config: {
  readonly cmsNames: ContainerSettings['cms'];
  readonly sesNames: ContainerSettings['ses'];
  readonly sealAttributes: ContainerSettings['attributes'];
}): ContainerSettings {
  return { cms: config.cmsNames, ses: config.sesNames, attributes: config.sealAttributes };
}

/** The same three settings alone, for the command line; unset ones are the defaults. */
export function readContainers(env: NodeJS.ProcessEnv): ContainerSettings {
  const set = Object.fromEntries(
    Object.values(CONTAINER_ROWS).flatMap(({ name }) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
  return containersOf(readConfig(CONTAINER_ROWS, set));
}
