/** The property that every pair of databases is put to: a table comes out equal, or the run says what does not fit. */
import * as fc from 'fast-check';
import type { DatabaseKind } from '../../../schemas/constants';
import { MSSQL_VARIABLE } from '../../helpers/mssql';
import { describeWithServer } from '../../helpers/require-server';
import { DUCKDB_SOURCES } from './duckdb-types';
import { mssqlSources, type MssqlAbilities } from './mssql-types';
import { POSTGRES_EXAMPLES, POSTGRES_SOURCES, POSTGRES_TYPES } from './postgres-types';
import { openSide, type Side } from './sides';
import {
  anyTable,
  bothSides,
  candidates,
  create,
  describeColumns,
  drop,
  KEY_NAMES,
  NAMES,
  tryMove,
  type Table,
  type Vocabulary,
} from './tables';
import type { SourceType } from './values';

export const KINDS: DatabaseKind[] = ['postgres', 'duckdb', 'mssql'];

export const sourcesOf = async (side: Side): Promise<SourceType[]> =>
  side.kind === 'postgres'
    ? POSTGRES_SOURCES
    : side.kind === 'duckdb'
      ? DUCKDB_SOURCES
      : mssqlSources(await abilities(side));

/** Not every server has all seven digits where it says datetime2(7), or counts text as it should. */
export async function abilities(side: Side): Promise<MssqlAbilities> {
  const [[text, padded] = []] = await side.texts(
    "SELECT CONVERT(varchar(40), CAST('2024-01-01 00:00:00.1234567' AS datetime2(7)), 121), DATALENGTH(CAST(N'😀' AS nchar(10)))",
  );
  return { digits: text?.endsWith('.1234567') ? 7 : 6, padsUnits: padded === '20' };
}

/** Opens a side and makes the types of its own that sources use. */
export async function openSource(kind: DatabaseKind): Promise<Side> {
  const side = await openSide(kind);
  if (kind === 'postgres') await side.run(POSTGRES_TYPES);
  return side;
}

/** Opens a side and makes the types of its own that its type system has as examples. */
export async function openTarget(kind: DatabaseKind): Promise<Side> {
  const side = await openSide(kind);
  if (kind === 'postgres') await side.run(POSTGRES_EXAMPLES);
  return side;
}

/** `describe` for a pair of kinds; where one of them has no server, the pair is skipped and says so. */
export function describePair(title: string, from: DatabaseKind, to: DatabaseKind, tests: () => void): void {
  const name = `${title}: ${from} to ${to}`;
  if (from === 'mssql' || to === 'mssql') describeWithServer(MSSQL_VARIABLE, name, tests);
  else describe(name, tests);
}

const TABLE_NAMES = ['T "x" [y] z.', 't "x" z.', 't z.', 't'];

async function keepsName(side: Side, name: string): Promise<boolean> {
  const [id, column] = [side.id(name), side.quote(name)];
  await side.run(`CREATE TABLE ${id} (${column} int NOT NULL PRIMARY KEY)`);
  const text = `N'${name.replaceAll("'", "''")}'`;
  const [row] = await side.texts(
    `SELECT t.name, c.name FROM sys.tables t JOIN sys.columns c ON c.object_id = t.object_id WHERE t.name = ${text}`,
  );
  await side.run(`INSERT INTO ${id} (${column}) VALUES (1)`);
  return row?.[0] === name && row[1] === name;
}

/** Names that a database gives back as they were; all of them, were it not for a server that imitates another. */
export async function usableNames(side: Side, names: string[]): Promise<string[]> {
  if (side.kind !== 'mssql') return names;
  const usable: string[] = [];
  for (const name of names) {
    const id = side.id(name);
    const isKept = await keepsName(side, name).catch(() => false);
    await side.run(`DROP TABLE IF EXISTS ${id}`).catch(() => undefined);
    if (isKept) usable.push(name);
  }
  const missing = names.filter((name) => !usable.includes(name));
  if (missing.length > 0)
    console.info(`The server does not keep these names, so they are left out: ${missing.join(' ')}`);
  return usable;
}

/** A machine that is busy makes fewer examples. */
const ENOUGH_MS = 10_000;
const RUNS = Number(process.env.LONGSHORE_TEST_RUNS ?? 20);
/** What may be said of a value that a target has no room for. */
const REFUSALS = ['VALUE_NOT_REPRESENTABLE', 'VALUE_TOO_LONG'];

export function roundTrips(from: DatabaseKind, to: DatabaseKind): void {
  describePair('random tables', from, to, () => {
    let source: Side;
    let target: Side;
    let vocabulary: Vocabulary;
    let tableName: string;
    let count = 0;
    beforeAll(async () => {
      source = await openSource(from);
      target = await openTarget(to);
      const shared = async (names: string[]) => usableNames(target, await usableNames(source, names));
      vocabulary = {
        types: (await sourcesOf(source)).map((each) =>
          to === 'mssql' && each.type === 'VARCHAR' ? { type: each.type, value: each.value } : each,
        ),
        names: await shared(NAMES),
        keys: await shared(KEY_NAMES),
      };
      [tableName = 'plain'] = await shared(TABLE_NAMES);
    });
    afterAll(async () => {
      await source?.close();
      await target?.close();
    });

    const holds = (into: 'new' | 'existing') => async () => {
      const seed = Number(process.env.LONGSHORE_TEST_SEED ?? Date.now() & 0x7fffffff);
      const began = Date.now();
      const property = fc.asyncProperty(anyTable(vocabulary), fc.boolean(), async (table, alongside) => {
        if (Date.now() - began > ENOUGH_MS) return;
        count += 1;
        const names = { source: `${tableName} ${count}`, target: `${tableName} ${into} ${count}` };
        await create(source, names.source, table);
        try {
          const shaky = into === 'new' ? unfit(table, to) : await prepareExisting(source, target, names, table);
          const before =
            into === 'new' ? undefined : await target.texts(`SELECT COUNT(*) FROM ${target.id(names.target)}`);
          const options = into === 'new' ? {} : ({ schema: 'ignore' } as const);
          const outcome = await tryMove(source, target, [{ ...names, options }], { alongside });
          if (outcome.moved) {
            const both = await bothSides(source, target, names);
            expect(both.target).toEqual(both.source);
            expect(both.source).toHaveLength(table.rows);
            return;
          }
          const { code, place } = outcome.error;
          if (!REFUSALS.includes(code) || !shaky.includes(place.column ?? '')) throw outcome.error;
          expect(place.table).toBe(`${target.schema}.${names.target}`);
          if (table.key !== undefined) expect(place.key).toMatch(new RegExp(`^${escape(table.key)}=\\d+$`));
          if (before) expect(await target.texts(`SELECT COUNT(*) FROM ${target.id(names.target)}`)).toEqual(before);
          else expect(await describeColumns(target, names.target)).toBeUndefined();
        } finally {
          await drop(source, names.source);
          await drop(target, names.target);
        }
      });
      try {
        // Smaller examples are looked for only where that does not take minutes.
        const endOnFailure = from === 'mssql' || to === 'mssql';
        await fc.assert(property, { numRuns: RUNS, seed, endOnFailure });
      } catch (error) {
        throw new Error(`${from} to ${to}, ${into} tables, LONGSHORE_TEST_SEED=${seed}`, { cause: error });
      }
    };

    test('arrive equal in tables that are made for them', holds('new'), 120_000);
    test('arrive equal in tables that are there, or are refused by column and key', holds('existing'), 120_000);
  });
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Columns that hold what a kind of database may have no room for. */
const unfit = ({ columns }: Table, kind: DatabaseKind): string[] =>
  columns.filter(({ refusedBy }) => refusedBy.includes(kind)).map(({ name }) => name);

/** Makes a target table of types that planning takes; answers the columns of which a value may be refused. */
async function prepareExisting(
  source: Side,
  target: Side,
  names: { source: string; target: string },
  { key, columns }: Table,
): Promise<string[]> {
  const [schema] = await source.database.describeTables([{ schema: source.schema, name: names.source }]);
  const shaky: string[] = [];
  const definitions = columns.map(({ name, choice, refusedBy }) => {
    const options = candidates(
      source,
      target,
      schema!.columns.find((column) => column.name === name)!,
    );
    const chosen = options[Math.floor(choice * options.length)]!;
    if (chosen.fit === 'checked' || refusedBy.length > 0) shaky.push(name);
    return `${target.quote(name)} ${chosen.nativeType} NULL`;
  });
  const keyColumn =
    key === undefined ? [] : [`${target.quote(key)} ${target.kind === 'mssql' ? 'int' : 'integer'} PRIMARY KEY`];
  await target.run(`CREATE TABLE ${target.id(names.target)} (${[...keyColumn, ...definitions].join(', ')})`);
  return shaky;
}
