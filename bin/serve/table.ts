// What `xinji serve` says when everything is up: addresses, demo logins, what to try.
import { CITIZENS, STAFF, SYSTEMS } from '../seed/values.ts';
import type { OwnedDatabase } from './database.ts';
import type { OwnerConfig, PlannedRoom } from './environment.ts';
import type { Secrets } from './secrets.ts';

export type UpTable = {
  readonly owner: OwnerConfig;
  readonly rooms: readonly PlannedRoom[];
  readonly database: OwnedDatabase | null;
  readonly secrets: Secrets;
  readonly hasDemo: boolean;
};

export function printTable(table: UpTable): void {
  console.log(`\n${formatTable(table)}\n`);
}

/** Passwords are printed in development only, where they are invented. */
export function formatTable({ owner, rooms, database, secrets, hasDemo }: UpTable): string {
  const addresses = rooms.map(({ room, env, config }): [string, string] => [
    room.name,
    env[`XINJI_${room.name.toUpperCase()}_URL`] ?? `http://localhost:${config.port}`,
  ]);
  const url = new Map(addresses);
  const systems = [owner.businessAPort, owner.businessBPort].map((port, index): [string, string] => [
    `system ${'AB'[index]}`,
    `http://localhost:${port}   ${SYSTEMS[index]!.name}`,
  ]);
  const logins = [...CITIZENS, ...STAFF].map((person): [string, string] => [
    person.login,
    `${secrets.demo_passwords[person.login]}   ${person.name}${'role' in person ? `, ${person.role}` : ''}`,
  ]);
  const parts = [
    `信基 Xinji is up (${owner.mode})`,
    columns([
      ...addresses,
      ...(hasDemo ? systems : []),
      ...(database ? [['database', database.description] as const] : []),
    ]),
    ...(hasDemo ? [`Demo logins (invented people)\n${columns(logins)}`, whatToTry(url, systems)] : []),
    'Ctrl-C stops everything.',
  ];
  return parts.join('\n\n');
}

function whatToTry(url: ReadonlyMap<string, string>, systems: readonly (readonly [string, string])[]): string {
  const addressOf = (index: number): string => systems[index]![1].split(' ')[0]!;
  return `What to try
  1. Open ${addressOf(0)}, log in, then open ${addressOf(1)}: no second login
  2. make demo          the whole story over HTTP, in another terminal
  3. ${url.get('license')}   own licenses and presentation codes; /verify judges a license file
  4. ${url.get('seal')}/reference   the API, as every room has it
  5. make doctor        what is wrong, if anything`;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, text]) => `  ${name.padEnd(19)}${text}`).join('\n');
}
