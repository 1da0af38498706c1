/** Figures as people read them. */

/** `1,234,567`. */
export const count = (value: number | string): string =>
  typeof value === 'number' ? value.toLocaleString('en') : value.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `850 ms`, `9.4 s`, `4m 10s`, `1h 05m`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return seconds < 3600
    ? `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`
    : `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** `2026-11-20 05:00:12Z`. */
export const moment = (date: Date | undefined): string =>
  date ? `${date.toISOString().slice(0, 19).replace('T', ' ')}Z` : '';

/** `█████░░░░░`; an unknown fraction is drawn empty. */
export function bar(fraction: number | undefined, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction ?? 0)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** `1 table`, `2 tables`. */
export const plural = (value: number, noun: string, many = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : many}`;
