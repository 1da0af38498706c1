/**
 * Column figures in the notation that every connector shares (see postgres/aggregates.ts), computed from the values in
 * the form in which they travel, so that a figure does not depend on the native type at either end.
 */
import type { LogicalType } from '../../core/types/table';
import type { ColumnAggregate, TableAggregates } from '../../core/types/transfer';
import type { ReadRequest, StagingRequest } from '../connector';
import { withMemory, type FileSettings, type Session } from './instance';
import { rowsSql } from './ranges';
import { withSnapshot } from './snapshot';
import { ident } from './sql';
import { attachParts, stagedParts, tableFolder, unionAll } from './staging';
import { carried, carrierType } from './types';

interface Measured {
  /** Name to report. */
  name: string;
  /** SQL of the value. */
  value: string;
  logical: LogicalType;
}
