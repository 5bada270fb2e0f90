// Names of places for network addresses, from a file that an operator keeps: which office, city or network a login came
// from. One line a network, `10.20.0.0/16,南昌市政务外网`; the first line that holds an address names it.
import { isInNetworks, parseNetworks } from './networks.ts';

/** The name of the place of an address; the address itself when no line holds it. */
export type PlaceOf = (address: string) => string;

export const NO_PLACES: PlaceOf = (address) => address;

const MOST_LINES = 5000;

/** `text`: the file; empty lines and lines that begin with # say nothing. Throws an Error that names the line. */
export function parsePlaces(text: string): PlaceOf {
  const lines = text.split(/\r?\n/).map((line, at) => ({ line: line.trim(), number: at + 1 }));
  const rows = lines.filter(({ line }) => line !== '' && !line.startsWith('#'));
  if (rows.length > MOST_LINES) throw new Error(`has more than ${MOST_LINES} lines`);
  const places = rows.map(({ line, number }) => {
    const comma = line.indexOf(',');
    const name = line.slice(comma + 1).trim();
    if (comma < 1 || name === '' || [...name].length > 40 || /\p{C}/u.test(name))
      throw new Error(`line ${number} is not a network, a comma and a name of at most 40 characters`);
    return { networks: parseNetworks([line.slice(0, comma).trim()]), name };
  });
  return (address) => places.find(({ networks }) => isInNetworks(networks, address))?.name ?? address;
}
