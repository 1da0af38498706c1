import type { ReferenceRecord } from '../../core/types/drop';
import { sameTable, type TableRef, tableId } from '../../core/types/table';
import type { ConfigFinding } from '../../workflows/drop-task/messages';
import type { FolderContext } from './context';
import type { DropDependencies } from './dependencies';
import { ensureTarget } from './tracking';

/**
 * Compares the records of reference tables with the tables there are, and with the reference files that were loaded.
 * `repair`: records of tables that are gone are switched off, doubled ones removed, missing ones made.
 */
export async function checkReferenceConfig(
  deps: Pick<DropDependencies, 'catalog' | 'databases'>,
  context: FolderContext,
  repair: boolean,
): Promise<ConfigFinding[]> {
  const { folder } = context.ref;
  const loaded = await deps.catalog.dropFiles.list({ folder, states: ['loaded'], limit: 10_000 });
  return deps.databases.use(context.target, async (database) => {
    await ensureTarget(database, context);
    const { reference } = database;
    const [records, tables] = await Promise.all([reference.references(context.referenceConfig), database.listTables()]);
    const findings = [...findingsOf(records, tables)];
    const unrecorded = loaded.filter(
      ({ dataset, plan }) =>
        dataset === 'reference' && plan && !records.some((record) => isOf(record, plan.table.targetRef)),
    );
    const missing = new Map(unrecorded.map((file) => [file.table ?? '', file]));
    for (const [table, file] of missing) {
      const ref = file.plan!.table.targetRef;
      if (!tables.some((other) => sameTable(other, ref))) continue;
      if (repair)
        await reference.recordReference(context.referenceConfig, {
          schemaName: ref.schema,
          tableName: ref.name,
          loadType: file.loadType,
          sourceFile: file.path.slice(file.path.lastIndexOf('/') + 1),
        });
      findings.push({
        record: { id: 0, schemaName: ref.schema, tableName: ref.name },
        problem: 'not-recorded',
        message: `${table} is fed by reference files, and no record says so.`,
        repaired: repair,
      });
    }
    if (!repair) return findings;
    const change = async (problem: ConfigFinding['problem'], to: 'active' | 'inactive' | 'removed'): Promise<void> => {
      const ids = findings.filter((finding) => finding.problem === problem).map(({ record }) => record.id);
      if (ids.length > 0) await reference.changeReferences(context.referenceConfig, { ids, to });
    };
    await change('duplicate', 'removed');
    await change('table-missing', 'inactive');
    await change('inactive-but-present', 'active');
    return findings.map((finding) => ({ ...finding, repaired: true }));
  });
}

function* findingsOf(records: readonly ReferenceRecord[], tables: readonly TableRef[]): Generator<ConfigFinding> {
  const seen = new Set<string>();
  for (const { id, schemaName, tableName, isActive } of records.toSorted((a, b) => a.id - b.id)) {
    const record = { id, schemaName, tableName };
    const ref = { schema: schemaName, name: tableName };
    const found = (problem: ConfigFinding['problem'], message: string): ConfigFinding => ({
      record,
      problem,
      message,
      repaired: false,
    });
    const key = tableId(ref).toLowerCase();
    if (seen.has(key)) {
      yield found('duplicate', `${tableId(ref)} has more than one record.`);
      continue;
    }
    seen.add(key);
    const exists = tables.some((table) => sameTable(table, ref));
    if (!exists && isActive) yield found('table-missing', `${tableId(ref)} has a record, and there is no such table.`);
    if (exists && !isActive)
      yield found('inactive-but-present', `The record of ${tableId(ref)} is switched off, and the table is there.`);
  }
}

const isOf = ({ schemaName, tableName }: ReferenceRecord, { schema, name }: TableRef): boolean =>
  schemaName.toLowerCase() === schema.toLowerCase() && tableName.toLowerCase() === name.toLowerCase();
