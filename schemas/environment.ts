/** Connection settings of one environment, secrets resolved. Owned by the configuration schema. */
import { z } from 'zod';

const common = {
  /** Nothing is ever written to this environment; enforced below every connector and in the session. */
  readOnly: z.boolean().default(false),
  /** Tables (patterns allowed) that no run may write. */
  protectedTables: z.array(z.string()).default([]),
  /** No table with more rows than this is transferred into this environment. */
  maxRowsPerTable: z.number().int().positive().optional(),
  /** Schema in the target for staging tables; created when missing, removed when empty. */
  stagingSchema: z.string().min(1).max(63).default('longshore_staging'),
};

export const postgresEnvironment = z.strictObject({
  kind: z.literal('postgres'),
  url: z.string().optional(),
  host: z.string().optional(),
  port: z.number().int().min(1).max(65535).optional(),
  database: z.string().optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  ssl: z.union([z.boolean(), z.enum(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'])]).optional(),
  connectTimeoutMs: z.number().int().positive().default(10_000),
  ...common,
});

export const duckdbEnvironment = z.strictObject({
  kind: z.literal('duckdb'),
  /** The database file; relative to the configuration file. */
  path: z.string().min(1),
  ...common,
});

export const environmentSchema = z.discriminatedUnion('kind', [postgresEnvironment, duckdbEnvironment]);

export type PostgresEnvironment = z.infer<typeof postgresEnvironment>;
export type DuckdbEnvironment = z.infer<typeof duckdbEnvironment>;
export type EnvironmentConfig = z.infer<typeof environmentSchema>;
