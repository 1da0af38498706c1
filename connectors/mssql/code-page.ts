/** Legacy code pages, as the server itself has them: what it makes of each character, and whether it gets it back. */
import type { CodePage } from './bulk-columns';
import type { MssqlPool, MssqlSession } from './pool';
import { literal } from './sql';

const known = new WeakMap<MssqlPool, Map<string, Promise<CodePage | undefined>>>();

/** Undefined for a collation whose text is UTF-8. */
export function codePageOf(pool: MssqlPool, session: MssqlSession, collation: string): Promise<CodePage | undefined> {
  const pages = known.get(pool) ?? new Map<string, Promise<CodePage | undefined>>();
  known.set(pool, pages);
  const asked = pages.get(collation) ?? ask(session, collation);
  pages.set(collation, asked);
  asked.catch(() => pages.delete(collation));
  return asked;
}

const UTF8 = 65_001;
const HEX = '(VALUES(0),(1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13),(14),(15))';
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

async function ask(session: MssqlSession, collation: string): Promise<CodePage | undefined> {
  const [answer] = await session.rows<{ page: number | null }>(
    `SELECT CONVERT(int, COLLATIONPROPERTY(${literal(collation)}, 'CodePage')) AS page`,
  );
  const page = answer?.page ?? 0;
  if (page === UTF8) return undefined;
  const bytes = new Int32Array(65_536).fill(-1);
  for (let ascii = 0; ascii < 0x80; ascii++) bytes[ascii] = ascii;
  // Characters of which the server makes something else, a question mark or a look-alike, do not come back the same.
  const text = `CONVERT(varchar(4), NCHAR(n) COLLATE ${collation})`;
  const rows = await session.rows<{ n: number; code: Buffer }>(
    `SELECT n, CONVERT(varbinary(4), ${text}) AS code
     FROM (SELECT a.v + b.v * 16 + c.v * 256 + d.v * 4096 AS n FROM ${HEX} a(v) CROSS JOIN ${HEX} b(v) CROSS JOIN ${HEX} c(v) CROSS JOIN ${HEX} d(v)) x
     WHERE n > 127 AND n NOT BETWEEN ${FIRST_SURROGATE} AND ${LAST_SURROGATE} AND CONVERT(varbinary(4), CONVERT(nvarchar(2), ${text})) = CONVERT(varbinary(4), NCHAR(n))`,
  );
  // Bytes of ASCII are ASCII's own, and those that two characters would share are of neither for certain.
  const owners = new Map<number, number>();
  for (const { n, code } of rows) {
    const value = code.length === 2 ? code.readUInt16BE(0) : code.length === 1 ? code[0]! : 0;
    if (value < 0x80) continue;
    const owner = owners.get(value);
    bytes[n] = owner === undefined ? value : -1;
    if (owner === undefined) owners.set(value, n);
    else bytes[owner] = -1;
  }
  return { name: String(page), bytes };
}
