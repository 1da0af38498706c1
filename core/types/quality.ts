/**
 * Quality checks: what is asked (settings), what was counted (facts, the same from a file and from a warehouse), and what
 * it means (result). Facts are counted in one pass; `core/quality/judge.ts` turns them into a result and asks nobody.
 */
import type { DayRange, Month } from './month';

export const QUALITY_MODES = ['file', 'warehouse', 'none'] as const;
export type QualityMode = (typeof QUALITY_MODES)[number];

/** What a check that finds something does: `critical` stops the load, `warning` and `info` are told. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `off`: not judged at all. */
export type CheckLevel = Severity | 'off';

export const CHECKS = [
  'completeness',
  'range',
  'anomalies',
  'duplicates',
  'columns',
  'types',
  'widths',
  'nulls',
  'encoding',
  'rules',
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface QualitySettings {
  /** Undefined: asked for where somebody can be asked, else `file`. */
  mode?: QualityMode;
  levels: Record<Exclude<CheckName, 'rules'>, CheckLevel>;
  anomalies: {
    /** Per cent of the median that a day may differ by and be ordinary. */
    tolerance: number;
    /** From this difference on, in per cent, an anomaly is critical whatever its level; undefined: never. */
    extreme?: number;
    /** Fewer days with rows than this have no median to speak of. */
    minDays: number;
  };
  /** Highest share of NULLs, in per cent, by column; `*` for all others. Columns that are not named are told of only. */
  nulls: Record<string, number>;
  calendar: CalendarSettings;
  rules: QualityRule[];
  /** Rows, values and keys that are kept as examples of each fault. */
  samples: number;
  /** A lower score stops the load; 0: none does. */
  minScore: number;
}

export interface CalendarSettings {
  /** `business`: weekends and holidays need no rows. */
  days: 'all' | 'business';
  /** Days without business, 0 Sunday … 6 Saturday. */
  weekend: number[];
  /** Of date-holidays: country, state and region, e.g. `DE`, `DE-BY`, `US-CA`. */
  region?: string;
  /** More days without business, and business days in spite of weekend or holiday. ISO dates. */
  closed: string[];
  open: string[];
  /** Fiscal months: they begin on this day of this month, or are weeks of 4, 4 and 5 from there. */
  fiscal?: { startMonth: number; startDay: number; pattern: 'calendar' | '4-4-5' | '4-5-4' | '5-4-4' };
}

/**
 * A rule of the user: `condition` is one SQL expression. One without aggregates must hold for every row; one with
 * aggregates (`count(*) > 1000`) for the file as a whole. Columns by name, of the types of the table.
 */
export interface QualityRule {
  name: string;
  condition: string;
  severity: Severity;
  description?: string;
}

/** What values of a column must be. */
export type CheckType =
  | { kind: 'text' }
  /** `low` and `high`: smallest and largest value, where not all numbers of so many digits fit. */
  | { kind: 'integer'; digits: number; low?: string; high?: string }
  | { kind: 'decimal'; precision: number; scale: number }
  /** `exact`: every digit counts, as in a decimal without bounds. */
  | { kind: 'float'; exact?: boolean }
  | { kind: 'boolean' }
  | { kind: 'date' }
  /** `fraction`: digits of a second that the column keeps; nine when left out. */
  | { kind: 'timestamp'; zoned: boolean; fraction?: number };

export interface CheckColumn {
  /** As in the file. */
  name: string;
  type: CheckType;
  /** Longest text in characters (`length`) or bytes (`bytes`) that the table takes; undefined: any. */
  width?: { limit: number; unit: 'characters' | 'bytes' };
  nullable: boolean;
}

/** Where a fault was seen. */
export interface FaultSample {
  /** Physical line, from 1; undefined where a warehouse was asked. */
  line?: number;
  column?: string;
  /** Cut to 200 characters. */
  value?: string;
  /** For people: what is wrong. */
  message: string;
}

export interface ColumnFacts {
  name: string;
  nulls: number;
  /** Longest value. */
  maxCharacters: number;
  maxBytes: number;
  /** Values that are not of the type. */
  badType: number;
  /** Values that are wider than the table takes. */
  tooWide: number;
  /** NULLs in a column that takes none. */
  nullsForbidden: number;
  /** What its values must be and how wide it is, where known: for the sentence. */
  type?: CheckType;
  width?: CheckColumn['width'];
}

export interface DuplicateFacts {
  keyColumns: string[];
  /** Keys that occur more than once, and rows beyond the first of each. Exact. */
  keys: number;
  extraRows: number;
  /** Key values by column, how often, and the lines of up to ten of its rows where they are known. */
  samples: { key: (string | null)[]; count: number; lines: number[] }[];
}

export interface RuleFacts {
  rule: QualityRule;
  kind: 'row' | 'aggregate';
  /** Rows that break it; for one about the whole: 1 or 0. */
  violations: number;
  samples: FaultSample[];
  /** The rule could not be evaluated: why. */
  error?: string;
}

/** Everything that was counted about one file, or about the rows of one file in a warehouse. */
export interface QualityFacts {
  mode: 'file' | 'warehouse';
  file: string;
  month?: Month;
  rows: number;
  bytes: number;
  columns: ColumnFacts[];
  /** Of the header or the table, in order; and those expected but missing, or there but not expected. */
  missingColumns: string[];
  unexpectedColumns: string[];
  /** Rows of every day there is, in order. Undefined: no date column. */
  days?: [day: number, rows: number][];
  /** Rows whose date is missing, or is no date in the format. */
  dateNulls: number;
  dateInvalid: number;
  /** Rows with too few or too many fields. */
  raggedRows: number;
  /** Byte sequences that are no text in the encoding. */
  encodingFaults: number;
  duplicates?: DuplicateFacts;
  rules: RuleFacts[];
  /** Examples by check. */
  samples: Partial<Record<CheckName, FaultSample[]>>;
  /** Seconds it took, and bytes of memory at the most, where known. */
  seconds: number;
}

/** Days that are expected, and why others are not: made by the calendar, handed to the judge. */
export interface ExpectedDays {
  range: DayRange;
  /** Days of the range that must have rows, in order. */
  expected: number[];
  /** Days that need none: name of the holiday, or `weekend`. */
  excused: Record<number, string>;
  /** `January 2024`, `business days of January 2024 in DE-BY`, `fiscal month 3 of 2024`: for the sentence. */
  description: string;
}

export type CheckStatus = 'passed' | 'info' | 'warning' | 'failed' | 'skipped';

export interface CheckResult {
  check: CheckName;
  /** Of a rule: its name. */
  name: string;
  status: CheckStatus;
  severity: CheckLevel;
  /** One clear sentence with figures. */
  sentence: string;
  /** Faults that were counted. */
  count: number;
  /** Share of the check's points that was reached, 0 to 1. */
  points: number;
  weight: number;
  details: CheckDetails;
}

/** Nothing in here is ever shortened. */
export interface CheckDetails {
  missingDays?: number[];
  /** Runs of missing days. */
  gaps?: (DayRange & { days: number })[];
  /** Days outside of the range with their rows. */
  outside?: [day: number, rows: number][];
  anomalies?: AnomalyDay[];
  /** What anomalies were judged by. */
  statistics?: { days: number; median: number; mean: number; deviation: number; min: number; max: number };
  duplicates?: DuplicateFacts;
  columns?: ColumnFacts[];
  samples?: FaultSample[];
  missingColumns?: string[];
  unexpectedColumns?: string[];
}

export interface AnomalyDay {
  day: number;
  rows: number;
  /** Per cent above (positive) or below the median. */
  difference: number;
  class: 'ordinary' | 'low' | 'high' | 'extremely low' | 'extremely high';
}

export type QualityVerdict = 'passed' | 'warnings' | 'failed' | 'not checked';

export interface QualityResult {
  mode: QualityMode;
  verdict: QualityVerdict;
  /** One sentence: why it failed, or that it did not. */
  sentence: string;
  /** 0 to 100; undefined where nothing was checked. Its parts are the points and weights of `checks`. */
  score?: number;
  checks: CheckResult[];
  facts?: QualityFacts;
  expected?: ExpectedDays;
}
