// `xinji type-pack`: license types as folders of data: checked, published to the catalogue of a license room, listed.
import { parseArgs } from 'node:util';
import { listPublished, publishPack } from '../type-packs/catalog-commands.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'type-pack',
  summary: 'License types as data: xinji type-pack publish FOLDER, xinji type-pack list',
  usage: `xinji type-pack publish FOLDER [--by NAME]
xinji type-pack list
    publish  signs FOLDER/type.json and adds it to the catalogue; a version that is there already must be the same
    list     the newest version of every type, and whether its signature is believed
    --by     who answers for it, kept with the entry; the name of this user unless given

Needs the environment of the license room; publish needs XINJI_LICENSE_CATALOG_KEY too. docs/type-packs.md is the manual.
Exit codes: 0 done, 1 not published, or an entry is not believed, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action, folder, ...rest] = positionals;
    if (action === 'publish' && folder !== undefined && rest.length === 0) {
      console.log(await publishPack(env, folder, values.by));
      return 0;
    }
    if (action === 'list' && folder === undefined) {
      const { lines, refused } = await listPublished(env);
      for (const line of lines.length === 0 ? ['no license type is published'] : lines) console.log(line);
      return refused === 0 ? 0 : 1;
    }
    console.error(`xinji type-pack: expected\n${command.usage.split('\n    publish')[0]}`);
    return EXIT_USAGE;
  },
};

const OPTIONS = { by: { type: 'string' } } as const;
