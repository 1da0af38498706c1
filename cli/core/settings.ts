/** Where Temporal and the catalog are: the configuration file, else the environment, else a running `longshore up`. */
import { existsSync, readFileSync } from 'node:fs';
import type { TemporalSettings } from '../../client';
import { loadConfig } from '../../config/load';
import { resolveSettings, type Settings, type TlsFiles } from '../../config/settings';
import { LongshoreError } from '../../core/errors/longshore-error';
import { temporalSchema } from '../../schemas/services';
import type { Io } from './io';
import { readState } from './state-file';

export interface ConnectionSettings {
  temporal: TemporalSettings;
  catalogUrl: string;
}

/** The file's settings of Longshore itself; undefined when there is no file. */
export function fileSettings(configPath: string, env: Io['env']): Settings | undefined {
  if (!existsSync(configPath)) return undefined;
  const { config, baseDir } = loadConfig(configPath, { env });
  return resolveSettings(config, env, { own: config, baseDir });
}

/**
 * Throws CONFIG_NOT_FOUND when a file was asked for that is not there, and CATALOG_UNAVAILABLE when nothing says where
 * the catalog is.
 */
export async function connectionSettings(
  env: Io['env'],
  configPath: string,
  mustExist: boolean,
): Promise<ConnectionSettings> {
  if (mustExist && !existsSync(configPath))
    throw new LongshoreError('CONFIG_NOT_FOUND', `There is no file ${configPath}.`, { file: configPath });
  const file = fileSettings(configPath, env);
  const state = readState(configPath);
  const standard = temporalSchema.parse({});
  // What the file does not say it has by default, so a default gives way.
  const chosen = <K extends 'address' | 'namespace'>(
    key: K,
    variable: string,
    fromState: string | undefined,
  ): string => {
    const inFile = file?.temporal[key];
    return inFile !== undefined && inFile !== standard[key] ? inFile : env[variable] || fromState || standard[key];
  };
  const catalogUrl = file?.catalog?.url ?? (env.LONGSHORE_CATALOG_URL || state?.catalogUrl);
  if (!catalogUrl) {
    const next = 'Start `longshore up`, set `catalog.url` in the configuration, or set LONGSHORE_CATALOG_URL.';
    throw new LongshoreError(
      'CATALOG_UNAVAILABLE',
      `Nothing says where the catalog is: no \`catalog.url\`, no LONGSHORE_CATALOG_URL, and no \`longshore up\` runs beside ${configPath}.`,
      {},
      { next },
    );
  }
  return {
    temporal: {
      address: chosen('address', 'LONGSHORE_TEMPORAL_ADDRESS', state?.temporalAddress),
      namespace: chosen('namespace', 'LONGSHORE_TEMPORAL_NAMESPACE', state?.namespace),
      apiKey: file?.temporal.apiKey,
      tls: readTls(file?.temporal.tls),
    },
    catalogUrl,
  };
}

function readTls(tls: boolean | TlsFiles | undefined): TemporalSettings['tls'] {
  if (tls === undefined || typeof tls === 'boolean') return tls;
  const { serverName, caFile, certFile, keyFile } = tls;
  return {
    serverNameOverride: serverName,
    ...(caFile !== undefined && { serverRootCACertificate: readPem(caFile) }),
    ...(certFile !== undefined &&
      keyFile !== undefined && { clientCertPair: { crt: readPem(certFile), key: readPem(keyFile) } }),
  };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new LongshoreError(
      'SECRET_MISSING',
      `The file ${file} of \`temporal.tls\` cannot be read.`,
      { file, path: 'temporal.tls' },
      { cause: error },
    );
  }
}
