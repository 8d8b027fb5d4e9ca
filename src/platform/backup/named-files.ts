import { join } from 'node:path';

/** A file that a row names. */
export interface NamedFile {
  /** In the data directory. */
  readonly path: string;
  /** Bytes it has according to the row. */
  readonly size: number;
}

/** What a query of a copied database answers. */
export type Ask = (query: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

const QUERIES: readonly { readonly table: string; readonly folder: string; readonly query: string }[] = [
  { table: 'blobs', folder: 'blobs', query: 'select sha256 as name, size from blobs' },
  { table: 's3_parts', folder: 'objects', query: 'select file_id as name, size from s3_parts' },
  {
    table: 's3_contents',
    folder: 'objects',
    // Others are made of parts.
    query: `select content_id as name, size from s3_contents as content
      where not exists (select 1 from s3_parts as part where part.content_id = content.content_id)`,
  },
];

/** All files that the rows of a database name. @param tables that there are: a store of an older version has fewer */
export async function namedFiles(ask: Ask, tables: ReadonlySet<string>): Promise<NamedFile[]> {
  const found: NamedFile[] = [];
  for (const { table, folder, query } of QUERIES) {
    if (!tables.has(table)) continue;
    for (const row of await ask(query)) {
      const name = String(row['name']);
      found.push({ path: join(folder, name.slice(0, 2), name), size: Number(row['size']) });
    }
  }
  return found;
}
