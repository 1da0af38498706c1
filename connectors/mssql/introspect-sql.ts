/** Questions about tables to the catalog views of a database. `sys` is `sys.`, or that of another database. */
import type { TableRef } from '../../core/types/table';
import { literal } from './sql';

/** The tables and views asked for, as a table of values. */
export const wantedSql = (refs: readonly TableRef[]): string =>
  `(VALUES ${refs.map(({ schema, name }, index) => `(${literal(schema)}, ${literal(name)}, ${index})`).join(', ')}) AS w ([schema], name, place)`;

export const listSql = (sys: string, database: string | undefined): string => {
  const prefix = database === undefined ? '' : `QUOTENAME(${literal(database)}) + N'.' + `;
  return `
  SELECT s.name AS [schema], o.name AS name
    FROM ${sys}objects o JOIN ${sys}schemas s ON s.schema_id = o.schema_id
   WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND s.name NOT IN (N'sys', N'INFORMATION_SCHEMA', @hidden)
     AND HAS_PERMS_BY_NAME(${prefix}QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), N'OBJECT', N'SELECT') = 1
   ORDER BY s.name, o.name`;
};

export const tablesSql = (sys: string, refs: readonly TableRef[], size: { rows: string; bytes: string }): string => `
  SELECT CONVERT(int, o.object_id) AS id, s.name AS [schema], o.name AS name, RTRIM(o.type) AS type,
         CONVERT(nvarchar(20), ${size.rows}) AS rows, CONVERT(nvarchar(20), ${size.bytes}) AS bytes,
         (SELECT TOP (1) CONVERT(nvarchar(4000), e.value) FROM ${sys}extended_properties e
           WHERE e.class = 1 AND e.major_id = o.object_id AND e.minor_id = 0 AND e.name = N'MS_Description') AS comment
    FROM ${wantedSql(refs)}
    JOIN ${sys}schemas s ON s.name = w.[schema]
    JOIN ${sys}objects o ON o.schema_id = s.schema_id AND o.name = w.name AND o.type IN ('U', 'V')
   ORDER BY w.place`;

/** A type that users have made from another is what it was made from; a type of the CLR goes by its own name. */
export const columnsSql = (sys: string, ids: string): string => `
  SELECT CONVERT(int, c.object_id) AS id, c.name AS name,
         CASE WHEN t.is_assembly_type = 0 AND t.is_user_defined = 1 THEN b.name ELSE t.name END AS type,
         CASE WHEN t.is_assembly_type = 1 AND t.is_user_defined = 1 THEN ts.name END AS type_schema,
         CONVERT(int, c.max_length) AS max_length, CONVERT(int, c.precision) AS precision, CONVERT(int, c.scale) AS scale,
         CONVERT(bit, c.is_nullable) AS nullable, CONVERT(bit, c.is_identity) AS is_identity, CONVERT(bit, c.is_computed) AS is_computed,
         CONVERT(int, COALESCE(c.generated_always_type, 0)) AS period, d.definition AS default_sql,
         (SELECT TOP (1) CONVERT(nvarchar(4000), e.value) FROM ${sys}extended_properties e
           WHERE e.class = 1 AND e.major_id = c.object_id AND e.minor_id = c.column_id AND e.name = N'MS_Description') AS comment
    FROM ${sys}columns c
    JOIN ${sys}types t ON t.user_type_id = c.user_type_id
    LEFT JOIN ${sys}types b ON b.user_type_id = c.system_type_id AND b.is_user_defined = 0
    LEFT JOIN ${sys}schemas ts ON ts.schema_id = t.schema_id
    LEFT JOIN ${sys}default_constraints d ON d.object_id = c.default_object_id
   WHERE c.object_id IN (${ids}) AND NOT (COALESCE(c.is_hidden, 0) = 1 AND COALESCE(c.generated_always_type, 0) = 0)
   ORDER BY c.object_id, c.column_id`;

export const indexesSql = (sys: string, ids: string): string => `
  SELECT CONVERT(int, i.object_id) AS id, CONVERT(int, i.index_id) AS index_id, i.name AS name, CONVERT(int, i.type) AS type,
         CONVERT(bit, i.is_unique) AS is_unique, CONVERT(bit, i.is_primary_key) AS is_primary, CONVERT(bit, i.is_unique_constraint) AS is_constraint,
         i.filter_definition AS filter, c.name AS column_name, CONVERT(bit, ic.is_included_column) AS is_included,
         CONVERT(bit, ic.is_descending_key) AS is_descending
    FROM ${sys}indexes i
    JOIN ${sys}index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
    JOIN ${sys}columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
   WHERE i.object_id IN (${ids}) AND i.type IN (1, 2) AND i.is_disabled = 0 AND i.is_hypothetical = 0
     AND (ic.key_ordinal > 0 OR ic.is_included_column = 1)
   ORDER BY i.object_id, i.name, ic.is_included_column, ic.key_ordinal, ic.index_column_id`;

/** `by`: whether the ids are those of the tables that point, or of those that are pointed at. */
export const foreignKeysSql = (sys: string, ids: string, by: 'parent' | 'referenced'): string => `
  SELECT CONVERT(int, k.parent_object_id) AS id, CONVERT(int, k.object_id) AS key_id, k.name AS name,
         fs.name AS from_schema, f.name AS from_name, ts.name AS to_schema, t.name AS to_name,
         CONVERT(bit, k.is_disabled) AS is_disabled, CONVERT(bit, k.is_not_trusted) AS is_not_trusted,
         fc.name AS column_name, tc.name AS to_column
    FROM ${sys}foreign_keys k
    JOIN ${sys}foreign_key_columns kc ON kc.constraint_object_id = k.object_id
    JOIN ${sys}objects f ON f.object_id = k.parent_object_id JOIN ${sys}schemas fs ON fs.schema_id = f.schema_id
    JOIN ${sys}objects t ON t.object_id = k.referenced_object_id JOIN ${sys}schemas ts ON ts.schema_id = t.schema_id
    JOIN ${sys}columns fc ON fc.object_id = kc.parent_object_id AND fc.column_id = kc.parent_column_id
    JOIN ${sys}columns tc ON tc.object_id = kc.referenced_object_id AND tc.column_id = kc.referenced_column_id
   WHERE k.${by}_object_id IN (${ids})
   ORDER BY fs.name, f.name, k.name, kc.constraint_column_id`;
