export interface Tolerance {
  rows: number;
  percent: number;
}

/** How many of `total` rows may be rejected: the number or the share, whichever is more. */
export const toleratedRows = ({ rows, percent }: Tolerance, total: number): number =>
  Math.max(rows, Math.floor((total * percent) / 100));
