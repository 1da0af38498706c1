import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LongshoreError } from '../../../core/errors/longshore-error';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Writes files into a folder of their own, removed after the tests of the file, and returns the folder. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-config-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The LongshoreError that `work` throws. */
export function errorOf(work: () => unknown): LongshoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof LongshoreError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A configuration without faults, to put one into. */
export const SOUND = `version: 1
environments:
  prod: { kind: postgres, host: db, database: shop, readOnly: true }
  uat: { kind: postgres, url: 'postgres://localhost/uat' }
transferSets:
  daily:
    from: prod
    to: uat
    tables: [sales.orders]
`;
