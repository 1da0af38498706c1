import type { Configurations, EnvironmentRef } from '../activities/dependencies';
import type { ConfigurationStore } from '../catalog';
import { loadConfig, parseDocument } from '../config/load';
import { resolveEnvironment } from '../config/secrets';
import { LongshoreError } from '../core/errors/longshore-error';
import { resolveMaskKey } from './mask-key';
import type { TargetRules } from '../core/plan/safety';
import type { Config } from '../schemas/config';
import type { DatabaseEnvironment, EnvironmentConfig, MssqlEnvironment } from '../schemas/environment';

/** What month batches can go into. */
export type WarehouseEnvironment = Exclude<EnvironmentConfig, MssqlEnvironment>;

export interface Environments {
  configurations: Configurations;
  /**
   * Connection settings with secrets, resolved here and now, in this process's environment. Throws WAREHOUSE_UNSUITABLE for
   * a warehouse that is no database to move rows between.
   */
  environment(ref: EnvironmentRef): Promise<DatabaseEnvironment>;
  /** The same for month batches. Throws WAREHOUSE_UNSUITABLE for a kind that takes none. */
  warehouseEnvironment(ref: EnvironmentRef): Promise<WarehouseEnvironment>;
  environmentRules(ref: EnvironmentRef): Promise<TargetRules>;
  /** 16 bytes; undefined where the configuration has no masking key. */
  maskKey(ref: EnvironmentRef): Promise<Uint8Array | undefined>;
}

/**
 * Stored configurations come from the catalog and stay as they were when the run started; only secrets are looked up
 * when they are needed: references in the process's environment, literal ones in the worker's own configuration file.
 */
export function createEnvironments(store: ConfigurationStore, configPath: string): Environments {
  const parsed = new Map<number, Promise<Config>>();
  const own = ownConfiguration(configPath);
  const maskKeys = new Map<number, Promise<Uint8Array | undefined>>();

  async function read(version: number): Promise<Config> {
    const stored = await store.get(version);
    if (!stored) throw new LongshoreError('CONFIG_NOT_FOUND', `The catalog has no configuration version ${version}.`);
    return parseDocument(stored.document);
  }

  /** Versions never change, so each is parsed once. */
  async function get(version: number): Promise<Config> {
    const known = parsed.get(version) ?? read(version);
    parsed.set(version, known);
    try {
      return await known;
    } catch (error) {
      parsed.delete(version);
      throw error;
    }
  }

  return {
    configurations: { get },
    async environment({ configVersion, environment }) {
      const settings = resolveEnvironment(await get(configVersion), environment, process.env, own());
      if (settings.kind === 'snowflake')
        throw unsuitable(
          environment,
          'a Snowflake account takes month batches only, no transfer sets and drop folders',
        );
      return settings;
    },
    async warehouseEnvironment({ configVersion, environment }) {
      const settings = resolveEnvironment(await get(configVersion), environment, process.env, own());
      if (settings.kind === 'mssql') throw unsuitable(environment, 'a SQL Server takes no month batches');
      return settings;
    },
    async maskKey({ configVersion }) {
      const key =
        maskKeys.get(configVersion) ?? get(configVersion).then((config) => resolveMaskKey(config, process.env, own()));
      maskKeys.set(configVersion, key);
      // A secret that was missing may be there for the next attempt.
      key.catch(() => maskKeys.delete(configVersion));
      return key;
    },
    async environmentRules({ configVersion, environment }) {
      const { readOnly, protectedTables, maxRowsPerTable } = (await get(configVersion)).environments[environment] ?? {
        readOnly: true,
        protectedTables: [],
      };
      return {
        name: environment,
        readOnly,
        protectedTables,
        ...(maxRowsPerTable !== undefined && { maxRowsPerTable }),
      };
    },
  };
}

const unsuitable = (environment: string, why: string): LongshoreError =>
  new LongshoreError('WAREHOUSE_UNSUITABLE', `\`${environment}\` cannot be used here: ${why}.`, { environment });

/** How long the worker's own file is taken to be as it was: files of drop folders ask for it many times a second. */
const FRESH_MS = 1000;

function ownConfiguration(configPath: string): () => { own: Config; baseDir: string } {
  let known: { own: Config; baseDir: string } | undefined;
  let readAt = 0;
  return () => {
    if (known && performance.now() - readAt < FRESH_MS) return known;
    const { config: own, baseDir } = loadConfig(configPath, { env: process.env });
    readAt = performance.now();
    known = { own, baseDir };
    return known;
  };
}
