import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderTypeMatrix, typeRows } from '../../../connectors/type-matrix';
import { typeSystemFor } from '../../../connectors/registry';
import { DATABASE_KINDS } from '../../../schemas/constants';

const PAIRS = DATABASE_KINDS.flatMap((from) => DATABASE_KINDS.map((to) => [from, to] as const));

describe('docs/types.md', () => {
  it('is what the type systems decide; `npm run docs` writes it anew', () => {
    expect(readFileSync(join(__dirname, '../../../docs/types.md'), 'utf8')).toBe(renderTypeMatrix());
  });

  it.each(PAIRS)('carries or refuses by name every type from %s to %s', (from, to) => {
    for (const row of typeRows(typeSystemFor(from), typeSystemFor(to))) {
      if (row.created === undefined) expect(row.refused).toMatch(/\S/);
      else {
        const fit = typeSystemFor(to).fits(
          { nativeType: row.nativeType, logical: row.logical!, kind: from },
          row.created,
        );
        // What Longshore creates itself never refuses what it was created for.
        expect({ type: row.nativeType, created: row.created, fit: fit.fit }).not.toMatchObject({ fit: 'refused' });
      }
    }
  });

  it.each(DATABASE_KINDS)('a column that %s creates for one of its own holds every value of it', (kind) => {
    const types = typeSystemFor(kind);
    for (const row of typeRows(types, types)) {
      if (row.created === undefined) continue;
      expect(types.fits({ nativeType: row.nativeType, logical: row.logical!, kind }, row.created)).toEqual({
        fit: 'exact',
      });
    }
  });
});
