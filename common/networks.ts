// Lists of networks in CIDR form, for settings that allow or refuse by address.
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Throws an Error that says what is expected unless every entry is such as `10.20.0.0/16` or `fd00::/8`. */
export function parseNetworks(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = '', ...rest] = network.split('/');
    const family = isIP(address);
    const bits = Number(prefix);
    if (rest.length > 0 || family === 0 || !/^\d{1,3}$/.test(prefix) || bits > (family === 4 ? 32 : 128))
      throw new Error(`expected networks such as 10.20.0.0/16, found "${network}"`);
    list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** True when the address (IPv4 or IPv6, as `node:dns` gives it) lies in one of the networks. */
export function isInNetworks(networks: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** IPv4 as it is; of IPv6 the first 64 bits, which one customer has to himself. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter(Boolean).length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...(tail ?? '').split(':')].slice(0, 4).join(':');
}

/** Networks of special purpose (the IANA registries of RFC 6890): nothing public answers there. */
const SPECIAL = parseNetworks([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'],
  ...['5f00::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
]);

/** False for private, local, reserved and multicast addresses, also for an IPv4 address that is written as IPv6. */
export function isPublicAddress(address: string): boolean {
  const [plain = ''] = address.split('%');
  return isIP(plain) !== 0 && !isInNetworks(SPECIAL, plain) && !/^::ffff:/i.test(plain);
}
