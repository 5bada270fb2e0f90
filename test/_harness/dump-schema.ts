// The migrated schema as text, from the catalogs (there is no pg_dump among the embedded binaries), the same on every
// supported version of PostgreSQL. Kept in test/vectors/schema.sql, so that each migration shows as a diff.
import type { Knex } from 'knex';

type Row = { readonly name: string; readonly line: string };

const SECTIONS: readonly { readonly of: string; readonly sql: string }[] = [
  {
    of: 'columns',
    sql: `select c.relname as name, format('  %s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
            case when a.attnotnull then ' not null' else '' end,
            case when a.attidentity <> '' then ' identity' when a.atthasdef then ' default ' || pg_get_expr(d.adbin, d.adrelid)
                 else '' end) as line
          from pg_class c join pg_attribute a on a.attrelid = c.oid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
          where c.relnamespace = ?::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
          order by c.relname, a.attnum`,
  },
  {
    of: 'constraints',
    sql: `select c.relname as name, format('  constraint %s %s', o.conname, pg_get_constraintdef(o.oid)) as line
          from pg_constraint o join pg_class c on c.oid = o.conrelid
          where o.connamespace = ?::regnamespace and not c.relispartition and o.contype <> 'n' order by c.relname, o.conname`,
  },
  {
    of: 'indexes',
    sql: `select c.relname as name, '  ' || pg_get_indexdef(i.indexrelid) as line
          from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
          where c.relnamespace = ?::regnamespace and not c.relispartition and not exists (select 1 from pg_constraint o where o.conindid = i.indexrelid)
          order by c.relname, x.relname`,
  },
  {
    of: 'partitions',
    sql: `select c.relname as name, format('  partition by %s, %s partitions', pg_get_partkeydef(c.oid),
            (select count(*) from pg_inherits i where i.inhparent = c.oid)) as line
          from pg_class c where c.relnamespace = ?::regnamespace and c.relkind = 'p' order by c.relname`,
  },
  {
    of: 'triggers',
    sql: `select c.relname as name, '  ' || pg_get_triggerdef(g.oid) as line
          from pg_trigger g join pg_class c on c.oid = g.tgrelid
          where c.relnamespace = ?::regnamespace and not c.relispartition and not g.tgisinternal order by c.relname, g.tgname`,
  },
  {
    of: 'rights',
    sql: `select c.relname as name, format('  %s may %s', r.rolname, string_agg(lower(p.privilege_type), ', ' order by p.privilege_type)) as line
          from pg_class c, aclexplode(c.relacl) p join pg_roles r on r.oid = p.grantee
          where c.relnamespace = ?::regnamespace and c.relkind in ('r', 'p') and p.grantee <> c.relowner
          group by c.relname, r.rolname order by c.relname, r.rolname`,
  },
];

/** The tables of these schemas with everything that hangs on them. `nameOf` turns this run's role names into lasting ones. */
export async function dumpSchema(
  owner: Knex,
  schemas: readonly string[],
  nameOf: (text: string) => string,
): Promise<string> {
  const parts: string[] = [];
  for (const schema of schemas) {
    const tables = new Map<string, string[]>();
    for (const { sql } of SECTIONS) {
      const { rows } = await owner.raw<{ rows: Row[] }>(sql, [schema]);
      for (const { name, line } of rows) tables.set(name, [...(tables.get(name) ?? []), nameOf(line)]);
    }
    for (const [name, lines] of [...tables].sort()) parts.push(`${schema}.${name}\n${lines.join('\n')}`);
  }
  return `${parts.join('\n\n')}\n`;
}
