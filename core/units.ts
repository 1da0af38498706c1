/**
 * Sizes and durations as people write them. Decimal units are powers of 1000 and `i` units powers of 1024, as in the
 * memory settings of DuckDB: `128MB` is 128,000,000 bytes, `128MiB` is 134,217,728.
 */

const BYTE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const DURATION_UNITS = [
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
] as const;

/** Bytes of `128MB`, `1.5 GiB`, `4096` or `4096B`; rounded to whole bytes; undefined when it is not a size. */
export function parseBytes(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*((?:[kmgt]i?)?b)?\s*$/i.exec(text);
  const unit = BYTE_UNITS[(match?.[2] ?? 'b').toLowerCase()];
  if (!match || unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Milliseconds of `500ms`, `30s`, `1h30m` or `2d`; undefined when it is not a duration. A bare number has no unit and is none. */
export function parseDuration(text: string): number | undefined {
  const compact = text.replaceAll(' ', '');
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(compact)) return undefined;
  const units = new Map<string, number>(DURATION_UNITS);
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * (units.get(unit ?? '') ?? 0);
  }
  const rounded = Math.round(total);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

/** `0 B`, `999 B`, `12.3 MB`: three digits at most, decimal units. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']);
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let index = 0;
  let rest = value;
  // 999.5 would be written as 1000: it already belongs to the next unit.
  while (index < units.length - 1 && rest >= base - 0.5) {
    rest /= base;
    index++;
  }
  const digits = index === 0 || rest >= 99.95 ? 0 : 1;
  return `${rest.toFixed(digits)} ${units[index] ?? ''}`;
}

/** The shortest text that `parseDuration` reads as the same number of milliseconds: `1h30m`, `250ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(milliseconds);
  if (rest === 0) return '0s';
  const parts: string[] = [];
  for (const [unit, size] of DURATION_UNITS.filter(([name]) => name !== 'w').toReversed()) {
    const amount = Math.floor(rest / size);
    if (amount > 0) parts.push(`${amount}${unit}`);
    rest -= amount * size;
  }
  return parts.join('');
}
