import type { MaskRuleName } from '../../schemas/constants';

/**
 * How the values of one column are masked, as planned: plain JSON, every setting filled in, no key. NULL stays NULL under
 * every rule but `null`. What a rule makes of a value depends on the key, the rule and the value alone, never on table or
 * column, so equal values stay equal everywhere and joins survive.
 */
export type ColumnMask =
  | {
      rule: Exclude<
        MaskRuleName,
        'keep' | 'redact' | 'constant' | 'keep-last' | 'hash' | 'email' | 'date-shift' | 'noise' | 'sql'
      >;
    }
  /** `length`: set by planning, so that a key and all that points at it are cut alike where their widths differ. */
  | { rule: 'hash' | 'email'; length?: number }
  | { rule: 'redact'; with: string }
  | { rule: 'constant'; value: string | number | boolean }
  /** `with`: one character for each one hidden. */
  | { rule: 'keep-last'; n: number; with: string }
  /** Whole days, 1 to `days` in either direction; `by`: source name of the column that decides the shift. */
  | { rule: 'date-shift'; days: number; by?: string }
  | { rule: 'noise'; percent: number }
  /** Computed by the source database as it reads; nothing is left to do afterwards. */
  | { rule: 'sql'; sql: string };
