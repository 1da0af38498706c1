import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openWarehouse } from '../../../connectors/snowflake/warehouse';
import type { Patience } from '../../../connectors/snowflake/session';
import type { CopyRequest, Warehouse, WarehouseOptions, WarehouseTable } from '../../../connectors/warehouse';
import type { MonthFormat } from '../../../core/types/month';
import type { SnowflakeEnvironment } from '../../../schemas/environment';
import type { TestSnowflake } from '../../helpers/snowflake-server';

export const FORMAT: MonthFormat = {
  delimiter: '\t',
  quote: '',
  encoding: 'utf-8',
  headerLines: 1,
  nullTexts: ['\\N'],
};

/** A server that is silent is given up within two seconds, for tests. */
export const HASTE: Patience = { firstMs: 400, everyMs: 200, answerMs: 400, failures: 3 };

export const folder = mkdtempSync(join(tmpdir(), 'longshore-snowflake-'));

export async function open(
  server: TestSnowflake,
  settings: Partial<SnowflakeEnvironment> = {},
  options: Partial<WarehouseOptions> = {},
  patience: Patience = HASTE,
): Promise<Warehouse> {
  return openWarehouse(
    server.environment(settings),
    {
      applicationName: 'longshore test',
      stageName: 'longshore_stage',
      stageFolder: folder,
      ledgerTable: 'longshore_ledger',
      pollMs: 50,
      ...options,
    },
    patience,
  );
}

/** A part on disk, compressed, as packing leaves it. */
export function part(name: string, rows: string[], compression: 'zstd' | 'gzip' = 'zstd'): string {
  const text = Buffer.from(`${rows.join('\n')}\n`);
  const path = join(folder, name);
  writeFileSync(path, compression === 'zstd' ? zstdCompressSync(text) : gzipSync(text));
  return path;
}

export async function table(warehouse: Warehouse, name: string): Promise<WarehouseTable> {
  const found = await warehouse.describe(name);
  if (!found) throw new Error(`there is no table ${name}`);
  return found;
}

/** Uploads parts of the given rows, and asks for their copy. */
export async function uploaded(
  warehouse: Warehouse,
  target: WarehouseTable,
  loadId: string,
  parts: string[][],
  more: Partial<CopyRequest> = {},
): Promise<CopyRequest> {
  const prefix = `trades/${loadId}/`;
  const named = [];
  for (const [index, rows] of parts.entries()) {
    const name = `part-0000${index}.tsv.zst`;
    const file = part(name, rows);
    await warehouse.stage.put(file, `${prefix}${name}`, {});
    named.push({ name, rows: rows.length, bytes: statSync(file).size });
  }
  const columns = target.columns.map((column) => column.name);
  return { loadId, table: target, columns, prefix, parts: named, format: FORMAT, compression: 'zstd', ...more };
}

export const silentControl = { onSubmitted: async (): Promise<void> => undefined };
