/** The statements that fill a staging table from parts in the stage. */
import type { MonthFormat } from '../../core/types/month';
import type { WarehouseTable, WarehouseTableRef } from '../warehouse';
import { literal, quoteName, quoteTable, stagePlace } from './sql';

export interface CopyText {
  staging: WarehouseTableRef;
  stage: string;
  /** Where the files lie in the stage, and nothing else does; with a final `/`. */
  prefix: string;
  format: MonthFormat;
  /** Whether there are columns of these types among those that are filled. */
  hasDates: boolean;
  hasTimestamps: boolean;
}

/** An empty table with the columns of the file, in the file's order, of the types of the live table. */
export const stagingSql = (staging: WarehouseTableRef, table: WarehouseTable, columns: readonly string[]): string =>
  `CREATE TRANSIENT TABLE ${quoteTable(staging)} AS SELECT ${columns.map(quoteName).join(', ')} FROM ${quoteTable(table.ref)} WHERE 1 = 0`;

export const dropSql = (staging: WarehouseTableRef): string => `DROP TABLE IF EXISTS ${quoteTable(staging)}`;

/**
 * `COPY INTO` of all that lies below the prefix, which stops at the first row that does not fit. The compression is recognised
 * by Snowflake.
 */
export function copySql({ staging, stage, prefix, ...text }: CopyText): string {
  return [
    `COPY INTO ${quoteTable(staging)} FROM ${stagePlace(stage, prefix)}`,
    `FILE_FORMAT = (${fileFormat(text).join(' ')})`,
    'ON_ERROR = ABORT_STATEMENT',
  ].join(' ');
}

function fileFormat({
  format,
  hasDates,
  hasTimestamps,
}: Pick<CopyText, 'format' | 'hasDates' | 'hasTimestamps'>): string[] {
  const { delimiter, quote, nullTexts, dateFormat, timestampFormat } = format;
  const dates = hasDates ? dateFormat : undefined;
  const timestamps = hasTimestamps ? timestampFormat : undefined;
  return [
    'TYPE = CSV',
    `FIELD_DELIMITER = ${literal(delimiter)}`,
    'SKIP_HEADER = 0',
    ...(quote === '' ? [] : [`FIELD_OPTIONALLY_ENCLOSED_BY = ${literal(quote)}`]),
    'ESCAPE_UNENCLOSED_FIELD = NONE',
    `NULL_IF = (${nullTexts.map(literal).join(', ')})`,
    'EMPTY_FIELD_AS_NULL = TRUE',
    ...(dates === undefined ? [] : [`DATE_FORMAT = ${literal(dates)}`]),
    ...(timestamps === undefined ? [] : [`TIMESTAMP_FORMAT = ${literal(timestamps)}`]),
  ];
}
