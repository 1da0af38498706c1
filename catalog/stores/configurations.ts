import { type Selectable, sql } from 'kysely';
import { canonicalJson, documentHash } from '../canonical';
import type { ConfigurationStore, ConfigurationVersion } from '../catalog';
import { CATALOG_SCHEMA, type CatalogTables } from '../database';
import type { StoreContext } from './store';

export function configurationStore({ db, attempt }: StoreContext): ConfigurationStore {
  return {
    register: ({ document, source, by }) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          const hash = documentHash(document);
          // Versions are counted without gaps, so two that register at once take turns.
          await sql`LOCK TABLE ${sql.table(`${CATALOG_SCHEMA}.configurations`)} IN SHARE ROW EXCLUSIVE MODE`.execute(
            tx,
          );
          const known = await tx
            .selectFrom('configurations')
            .select('version')
            .where('hash', '=', hash)
            .executeTakeFirst();
          if (known !== undefined) return { version: known.version, isNew: false };
          const last = await tx
            .selectFrom('configurations')
            .select((q) => q.fn.max('version').as('version'))
            .executeTakeFirst();
          const version = (last?.version ?? 0) + 1;
          const text = JSON.stringify(document) ?? canonicalJson(null);
          await tx
            .insertInto('configurations')
            .values({ version, hash, document: text, source, created_by: by })
            .execute();
          return { version, isNew: true };
        }),
      ),

    get: (version) =>
      attempt(async () => {
        const row = await db.selectFrom('configurations').selectAll().where('version', '=', version).executeTakeFirst();
        return row && toVersion(row);
      }),

    latest: () =>
      attempt(async () => {
        const row = await db
          .selectFrom('configurations')
          .selectAll()
          .orderBy('version', 'desc')
          .limit(1)
          .executeTakeFirst();
        return row && toVersion(row);
      }),

    list: (limit) =>
      attempt(async () => {
        const rows = await db
          .selectFrom('configurations')
          .selectAll()
          .orderBy('version', 'desc')
          .limit(limit)
          .execute();
        return rows.map(toVersion);
      }),
  };
}

function toVersion(row: Selectable<CatalogTables['configurations']>): ConfigurationVersion {
  const { version, hash, document, source, created_by: createdBy, created_at: createdAt } = row;
  return { version, hash, document, source, createdBy, createdAt };
}
