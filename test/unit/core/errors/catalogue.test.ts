import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CATALOGUE, ERROR_CODES, isErrorCode, NON_RETRYABLE } from '../../../../core/errors/catalogue';
import { renderErrorDocs } from '../../../../core/errors/render-docs';

const ROOT = join(__dirname, '../../../..');

/** Source text of everything that may throw: not the catalogue itself, nor what sorts all codes into classes. */
const LISTS = new Set(['catalogue.ts', 'error-report.ts']);

function sources(): string {
  const folders = [
    'activities',
    'bin',
    'catalog',
    'cli',
    'client',
    'config',
    'connectors',
    'core',
    'dev',
    'storage',
    'worker',
    'workflows',
  ];
  return folders
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name) && !LISTS.has(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}

describe('the catalogue of errors', () => {
  test('says of every error what happened, why, and what to do, in sentences', () => {
    for (const code of ERROR_CODES) {
      const { what, why, next } = CATALOGUE[code];
      for (const text of [what, why, next]) expect(`${code}: ${text}`).toMatch(/^[A-Z_]+: ['`A-Z].{5,}[.`]$/);
    }
  });

  test('has no code that nothing uses', () => {
    const text = sources();
    const unused = ERROR_CODES.filter((code) => !new RegExp(`['"\`]${code}['"\`]`).test(text));
    expect(unused).toEqual([]);
  });

  test('decides in one place what is tried again', () => {
    expect(NON_RETRYABLE).toEqual(ERROR_CODES.filter((code) => !CATALOGUE[code].retryable));
    for (const code of ERROR_CODES) if (CATALOGUE[code].exit !== 'failed') expect(NON_RETRYABLE).toContain(code);
  });

  test('knows its own codes and no names of methods', () => {
    expect(isErrorCode('TABLE_NOT_FOUND')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
  });
});

describe('docs/errors.md', () => {
  test('is what the catalogue renders; `npm run docs` writes it anew', () => {
    expect(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')).toBe(renderErrorDocs());
  });

  test('has a section for every code, with its remedy, retry and exit code', () => {
    const docs = renderErrorDocs();
    for (const code of ERROR_CODES) {
      const section = docs.slice(docs.indexOf(`## ${code}\n`)).split('\n## ')[0]!;
      expect(section).toContain(CATALOGUE[code].next);
      expect(section).toMatch(CATALOGUE[code].retryable ? /Retried:\*\* yes/ : /Retried:\*\* no/);
      expect(section).toMatch(/Exit code:\*\* (1 \(failed\)|2 \(usage\)|4 \(refused\)|130 \(cancelled\))/);
    }
  });
});
