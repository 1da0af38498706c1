/** Definitions of month batches as text of a configuration file. */
import { stringify } from 'yaml';
import type { MonthTableEntry } from '../schemas/month-batch';
import { escapeReferences } from './export';

/** A section of a configuration with tables of one batch, to be put into a file or to be read as one. */
export const definitionText = (batch: string, tables: Readonly<Record<string, MonthTableEntry>>): string =>
  stringify(escapeReferences({ monthBatches: { [batch]: { tables } } }, []), { lineWidth: 100 });
