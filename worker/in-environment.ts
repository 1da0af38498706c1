import type { Database } from '../connectors/connector';
import type { Warehouse } from '../connectors/warehouse';
import { LongshoreError } from '../core/errors/longshore-error';

/** The error with the environment among its places, unless it names one. Anything but a LongshoreError passes as it is. */
export function withEnvironment(error: unknown, environment: string): unknown {
  if (!(error instanceof LongshoreError) || error.place.environment !== undefined) return error;
  const { code, message, place, cause, next, problems } = error;
  return new LongshoreError(code, message, { ...place, environment }, { cause, next, problems });
}

/** The database, whose errors say in which environment they happened: a connector knows only hosts and names of databases. */
export function inEnvironment(database: Database, environment: string): Database {
  return named(
    {
      ...database,
      source: named(database.source, environment),
      target: named(database.target, environment),
      reference: named(database.reference, environment),
    },
    environment,
  );
}

/** The same for a warehouse and its stage. */
export function warehouseInEnvironment(warehouse: Warehouse, environment: string): Warehouse {
  const stage = named(warehouse.stage, environment);
  const outer = named(warehouse, environment);
  return new Proxy(outer, { get: (target, key) => (key === 'stage' ? stage : (Reflect.get(target, key) as unknown)) });
}

function named<T extends object>(object: T, environment: string): T {
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        try {
          const result: unknown = Reflect.apply(value, target, args);
          if (!(result instanceof Promise)) return result;
          return result.catch((error: unknown) => {
            throw withEnvironment(error, environment);
          });
        } catch (error) {
          throw withEnvironment(error, environment);
        }
      };
    },
  });
}
