/** Snowflake's own driver. It is large, so it is loaded when the first warehouse is opened. */
import type { ConfigureOptions, Connection, ConnectionOptions } from 'snowflake-sdk';

export type { Connection, ConnectionOptions };

export interface Driver {
  createConnection(options: ConnectionOptions): Connection;
}

let loaded: Driver | undefined;

/** The driver, silent: it would write a log into the working folder, and look around for the cloud that it runs in. */
export function loadDriver(): Driver {
  if (loaded) return loaded;
  process.env['SNOWFLAKE_DISABLE_PLATFORM_DETECTION'] ??= 'true';
  process.env['SF_TELEMETRY_DISABLE_CONNECTION_SHAPE'] ??= 'true';
  // `require`, because `import()` in CommonJS wants the name of the compiled file, which tests do not have.
  const sdk = require('snowflake-sdk') as Driver & { configure(options: ConfigureOptions): void };
  const silent = (): void => undefined;
  sdk.configure({
    logLevel: 'OFF',
    customLogger: { error: silent, warn: silent, info: silent, debug: silent, trace: silent },
  });
  loaded = sdk;
  return sdk;
}
