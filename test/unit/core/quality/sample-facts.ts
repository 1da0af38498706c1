import { planExpectedDays } from '../../../../core/quality/calendar/expected';
import { defaultQuality } from '../../../../core/quality/settings';
import type {
  CheckName,
  CheckResult,
  ColumnFacts,
  ExpectedDays,
  QualityFacts,
  QualityResult,
  QualitySettings,
} from '../../../../core/types/quality';

export const JANUARY = Date.UTC(2024, 0, 1) / 86_400_000;

export const january = (patch: Partial<QualitySettings['calendar']> = {}): ExpectedDays =>
  planExpectedDays('2024-01', { ...defaultQuality().calendar, ...patch }, new Map());

export const columnFacts = (name: string, patch: Partial<ColumnFacts> = {}): ColumnFacts => ({
  name,
  nulls: 0,
  maxCharacters: 10,
  maxBytes: 10,
  badType: 0,
  tooWide: 0,
  nullsForbidden: 0,
  ...patch,
});

/** 100 rows of each day of January 2024, without any fault. */
export const cleanFacts = (patch: Partial<QualityFacts> = {}): QualityFacts => ({
  mode: 'file',
  file: 'trades_202401.tsv',
  month: '2024-01',
  rows: 3100,
  bytes: 310_000,
  columns: [columnFacts('day'), columnFacts('id'), columnFacts('name')],
  missingColumns: [],
  unexpectedColumns: [],
  days: Array.from({ length: 31 }, (_, index) => [JANUARY + index, 100]),
  dateNulls: 0,
  dateInvalid: 0,
  raggedRows: 0,
  encodingFaults: 0,
  duplicates: { keyColumns: ['day', 'id'], keys: 0, extraRows: 0, samples: [] },
  rules: [],
  samples: {},
  seconds: 1.5,
  ...patch,
});

/** Result of the one check of this name. */
export function checkOf(result: QualityResult, name: CheckName | (string & {})): CheckResult {
  const found = result.checks.filter((each) => each.name === name);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} checks are named ${name}`);
  return found[0];
}
