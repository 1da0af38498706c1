import { createHash } from 'node:crypto';

/** JSON with the keys of every object sorted: equal documents have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

/** SHA-256 of the canonical text, hex. */
export const documentHash = (document: unknown): string =>
  createHash('sha256').update(canonicalJson(document)).digest('hex');
