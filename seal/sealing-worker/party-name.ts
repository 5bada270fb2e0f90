// Under which name the threads keep a party: seal and certificates, the key that uses them, the names of containers.
import type { ContainerSettings } from '../domain/container.ts';
import type { SealingParty } from '../flow/sealing-party.ts';

const settings = new WeakMap<ContainerSettings, string>();

export function nameParty({ keyRef, containers }: SealingParty, partySm3: string): string {
  const known = settings.get(containers) ?? JSON.stringify(containers);
  settings.set(containers, known);
  return `${partySm3} ${keyRef} ${known}`;
}
