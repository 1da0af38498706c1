/** Tables of a report before they are put into the form of a file: what CSV and workbooks are written from. */

/** `day`: an ISO date as text. Figures are numbers; an undefined cell is empty. */
export type CellKind = 'text' | 'figure' | 'fraction' | 'day';
export type Cell = string | number | undefined;

export interface Sheet {
  title: string;
  columns: readonly { title: string; kind: CellKind }[];
  rows: readonly (readonly Cell[])[];
}

/** Days since 1970-01-01 as an ISO date. */
export const isoDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
