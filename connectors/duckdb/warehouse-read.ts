/** Parts of a file as rows of texts. */
import type { CopyRequest } from '../warehouse';
import { literal, literalList } from './sql';

/** Longest row; four megabytes hold more than anybody writes into a line. */
const LONGEST_ROW = 4_000_000;
/** DuckDB would take sixteen times the longest row, for each thread. */
const BUFFER = 8_000_000;

/** The name of a field by its position, from 0. */
export const field = (index: number): string => `f${index}`;

/** The rows of parts, every field VARCHAR, for FROM. `isStrict`: nothing but what the standard knows. */
export function readCsv(
  paths: string[],
  { format, columns, compression }: CopyRequest,
  isStrict: boolean,
  more = '',
): string {
  const { delimiter, quote, nullTexts } = format;
  const types = columns.map((_name, index) => `'${field(index)}': 'VARCHAR'`).join(', ');
  const nulls = ['', ...nullTexts.filter((text) => text !== '')];
  return `read_csv(${literalList(paths)}, auto_detect = false, header = false, columns = {${types}}, delim = ${literal(delimiter)},
    quote = ${literal(quote)}, escape = ${literal(quote)}, nullstr = ${literalList(nulls)}, allow_quoted_nulls = false,
    strict_mode = ${isStrict}, null_padding = false, ignore_errors = false, max_line_size = ${LONGEST_ROW}, buffer_size = ${BUFFER},
    compression = '${compression}'${more})`;
}
