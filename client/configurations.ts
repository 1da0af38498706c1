/** Versions of the configuration, as the catalog keeps them: what a team shares. Needs the catalog alone, no Temporal. */
import { type Catalog, type ConfigurationOrigin, type ConfigurationVersion, openCatalog } from '../catalog';
import { LongshoreError } from '../core/errors/longshore-error';

export type { ConfigurationOrigin, ConfigurationVersion } from '../catalog';

/** A number from 1, or whichever is the newest. */
export type VersionName = number | 'latest';

export interface StoreRequest {
  /** Secrets as references, never values. */
  document: unknown;
  /** Name of the file, or what else it came from. */
  source: string;
  by: string;
  reason?: string;
  origin: Exclude<ConfigurationOrigin, 'run'>;
  /** For the audit, beside version, source and reason. */
  details?: Record<string, unknown>;
}

export interface ConfigurationsClient {
  /** Makes the document the latest version, with an audit record; nothing happens when it is that already. */
  store(request: StoreRequest): Promise<{ version: number; isNew: boolean }>;
  /** Throws CONFIG_UNKNOWN_NAME when there is no such version. */
  get(version: VersionName): Promise<ConfigurationVersion>;
  /** Undefined as long as nothing was stored. */
  latest(): Promise<ConfigurationVersion | undefined>;
  /** The newest first. */
  list(limit: number): Promise<ConfigurationVersion[]>;
  close(): Promise<void>;
}

/** Throws CATALOG_UNAVAILABLE within about three seconds. */
export async function connectConfigurations({ url }: { url: string }): Promise<ConfigurationsClient> {
  return configurationsClient(await openCatalog({ url, poolSize: 2, retryMs: 3_000 }));
}

/** Of a catalog that is open; closing the one closes the other. */
export function configurationsClient(catalog: Catalog): ConfigurationsClient {
  const { configurations, audit } = catalog;
  return {
    async store({ document, source, by, reason, origin, details = {} }) {
      const stored = await configurations.register({
        document,
        source,
        by,
        origin,
        anew: true,
        ...(reason !== undefined && { reason }),
      });
      const { version, isNew } = stored;
      if (isNew)
        await audit.record({
          id: `config:${version}`,
          actor: by,
          action: `config.${origin}`,
          subject: `config/${version}`,
          details: { version, source, reason: reason ?? null, ...details },
        });
      return stored;
    },

    async get(wanted) {
      const found = wanted === 'latest' ? await configurations.latest() : await configurations.get(wanted);
      if (found) return found;
      const what =
        wanted === 'latest'
          ? 'The catalog has no configuration yet.'
          : `The catalog has no configuration version ${wanted}.`;
      const next =
        'See `longshore config history`; a version is stored with each new run, or by `longshore config import`.';
      throw new LongshoreError('CONFIG_UNKNOWN_NAME', what, {}, { next });
    },

    latest: () => configurations.latest(),
    list: (limit) => configurations.list(limit),
    close: () => catalog.close(),
  };
}
