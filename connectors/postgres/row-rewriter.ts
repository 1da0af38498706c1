/** What makes rows of a file into rows of COPY's text format. */

export interface RowRewriter {
  /** Options of COPY for what comes out. */
  readonly options: string;
  /** Whole rows, as far as they are complete; the rest waits for the next call. */
  push(chunk: Uint8Array): Uint8Array;
  /** The last row where it has no line end. */
  finish(): Uint8Array;
}

/** COPY's options for a delimiter and the text that stands for NULL. */
export const copyOptions = (delimiter: string, nullText: string): string =>
  `FORMAT text, ENCODING 'UTF8', DELIMITER E'\\x${delimiter.charCodeAt(0).toString(16).padStart(2, '0')}', NULL '${nullText}'`;

/** Whether `bytes[from, to)` is a line without anything in it, with or without its end. */
export const isBlankRow = (bytes: Uint8Array, from: number, to: number): boolean => {
  const first = bytes[from] === 0x0d ? from + 1 : from;
  return to > from && (first === to || (first + 1 === to && bytes[first] === 0x0a));
};
