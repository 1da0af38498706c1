/**
 * What an environment forbids, in one place under every warehouse: nothing is written where it is read-only, and nothing into
 * a protected table, whoever asks and in whatever statement.
 */
import { LongshoreError } from '../core/errors/longshore-error';
import { checkProtected, checkWritable, type TargetRules } from '../core/plan/safety';
import type { Statement, WarehouseTableRef } from '../core/types/warehouse';
import { writtenTable } from './written-table';
import type { Warehouse } from './warehouse';

/** Throws READ_ONLY_ENVIRONMENT and PROTECTED_TABLE before any code of the connector runs. */
export function guardedWarehouse(warehouse: Warehouse, rules: TargetRules): Warehouse {
  const writable = (): void => {
    const [problem] = checkWritable(rules);
    if (problem) throw problem;
  };
  const allow = ({ schema, name }: WarehouseTableRef): void => {
    writable();
    const [problem] = checkProtected({ schema, name }, rules);
    if (problem) throw problem;
  };
  const allowStatement = (statement: Statement): void => {
    writable();
    if (rules.protectedTables.length === 0) return;
    const table = writtenTable(statement.sql);
    if (table === undefined)
      throw new LongshoreError(
        'PROTECTED_TABLE',
        `Environment ${rules.name} has protected tables, and it is not clear which table a statement writes.`,
        { environment: rules.name, sql: statement.sql },
      );
    allow(table);
  };
  const { stage, exportRows, importRows } = warehouse;
  const guarded: Partial<Warehouse> = {
    stage: {
      put: async (localFile, name, options) => {
        writable();
        return stage.put(localFile, name, options);
      },
      list: async (prefix) => stage.list(prefix),
      remove: async (prefix) => {
        writable();
        return stage.remove(prefix);
      },
    },
    transaction: async (statements, mark, options) => {
      writable();
      for (const statement of statements) allowStatement(statement);
      return warehouse.transaction(statements, mark, options);
    },
    execute: async (statement) => {
      allowStatement(statement);
      return warehouse.execute(statement);
    },
    copy: async (request, control) => {
      allow(request.table.ref);
      return warehouse.copy(request, control);
    },
    dropStaging: async (loadId, table) => {
      writable();
      return warehouse.dropStaging(loadId, table);
    },
    ...(exportRows && {
      exportRows: async (table, where, file, signal) => exportRows.call(warehouse, table, where, file, signal),
    }),
    ...(importRows && {
      importRows: async (table, file, mark, signal) => {
        allow(table.ref);
        return importRows.call(warehouse, table, file, mark, signal);
      },
    }),
  };
  return new Proxy(warehouse, {
    get(target, member): unknown {
      if (Object.hasOwn(guarded, member)) return Reflect.get(guarded, member);
      const value: unknown = Reflect.get(target, member, target);
      // Private fields want their own object.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
