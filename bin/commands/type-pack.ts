// `xinji type-pack`: license types as folders of data: checked, published to the catalogue of a license room, listed.
import { parseArgs } from 'node:util';
import { TrustError } from '../../common/errors.ts';
import { listPublished, publishPack } from '../type-packs/catalog-commands.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'type-pack',
  summary: 'License types as data: xinji type-pack check FOLDER, publish FOLDER, list',
  usage: `xinji type-pack check FOLDER [--seed N]
xinji type-pack publish FOLDER [--by NAME]
xinji type-pack list
    check    judges the cases of the pack and at least 50 more, good and refused, made up from the type, draws the good
             ones, and says every disagreement. Needs nothing but the folder. --seed: other made-up cases (default 1)
    publish  signs FOLDER/type.json and adds it to the catalogue; a version that is there already must be the same
    list     the newest version of every type, and whether its signature is believed
    --by     who answers for it, kept with the entry; the name of this user unless given

publish and list need the environment of the license room, publish XINJI_LICENSE_CATALOG_KEY too. docs/type-packs.md is the manual.
Exit codes: 0 done, 1 disagreements, not published, or an entry is not believed, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action, folder, ...rest] = positionals;
    if (action === 'check' && folder !== undefined && rest.length === 0) return check(folder, values.seed ?? '1');
    if (action === 'publish' && folder !== undefined && rest.length === 0) {
      console.log(await publishPack(env, folder, values.by));
      return 0;
    }
    if (action === 'list' && folder === undefined) {
      const { lines, refused } = await listPublished(env);
      for (const line of lines.length === 0 ? ['no license type is published'] : lines) console.log(line);
      return refused === 0 ? 0 : 1;
    }
    console.error(`xinji type-pack: expected\n${command.usage.split('\n    check')[0]}`);
    return EXIT_USAGE;
  },
};

const OPTIONS = { by: { type: 'string' }, seed: { type: 'string' } } as const;

async function check(folder: string, seed: string): Promise<number> {
  if (!/^\d{1,9}$/.test(seed)) throw new TrustError('invalid-request', '--seed is a number of at most 9 digits');
  // Fonts and rules are loaded by this act alone.
  const { checkDrawnPack, reportLines } = await import('../type-packs/check-pack.ts');
  const report = await checkDrawnPack(folder, Number(seed));
  for (const line of reportLines(report)) console.log(line);
  return report.disagreements.length === 0 ? 0 : 1;
}
