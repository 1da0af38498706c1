import { type Selectable, sql } from 'kysely';
import { canonicalJson, documentHash } from '../canonical';
import type { ConfigurationOrigin, ConfigurationStore, ConfigurationVersion } from '../catalog';
import { CATALOG_SCHEMA, type CatalogTables } from '../database';
import type { StoreContext } from './store';

export function configurationStore({ db, attempt }: StoreContext): ConfigurationStore {
  return {
    register: ({ document, source, by, reason, origin = 'run', anew = false }) =>
      attempt(() =>
        db.transaction().execute(async (tx) => {
          const hash = documentHash(document);
          // Versions are counted without gaps, so two that register at once take turns.
          await sql`LOCK TABLE ${sql.table(`${CATALOG_SCHEMA}.configurations`)} IN SHARE ROW EXCLUSIVE MODE`.execute(
            tx,
          );
          const newest = () => tx.selectFrom('configurations').select(['version', 'hash']).orderBy('version', 'desc');
          const last = await newest().limit(1).executeTakeFirst();
          const known = anew
            ? last?.hash === hash
              ? last
              : undefined
            : await newest().where('hash', '=', hash).limit(1).executeTakeFirst();
          if (known !== undefined) return { version: known.version, isNew: false };
          const version = (last?.version ?? 0) + 1;
          const text = JSON.stringify(document) ?? canonicalJson(null);
          await tx
            .insertInto('configurations')
            .values({ version, hash, document: text, source, reason: reason ?? null, origin, created_by: by })
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
  const { version, hash, document, source, reason, origin, created_by: createdBy, created_at: createdAt } = row;
  return {
    version,
    hash,
    document,
    source,
    ...(reason !== null && { reason }),
    origin: ORIGINS.find((known) => known === origin) ?? 'run',
    createdBy,
    createdAt,
  };
}

const ORIGINS = ['run', 'import', 'promote', 'rollback'] as const satisfies readonly ConfigurationOrigin[];
