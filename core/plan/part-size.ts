/**
 * Bytes per part for a table of `tableBytes`, at most about `wanted`: parts are made equal and their number a multiple of
 * `lanes`, so that no lane works on a last part while the others have nothing to do.
 */
export function evenPartBytes(tableBytes: number, wanted: number, lanes: number): number {
  if (tableBytes <= wanted) return wanted;
  const parts = Math.ceil(tableBytes / wanted / lanes) * lanes;
  // A little more than the share: estimates are short of what is there, and a sliver must not become a part.
  return Math.ceil((tableBytes / parts) * 1.02);
}
