/**
 * A YAML library writes a document in its own hand: a space here, a comment on another line there. To leave lines that
 * nobody changed as they were, what it makes of the document before and after the change is compared, and only the
 * difference is laid over the text as people wrote it.
 */

/** Cells of the table that finds common lines; beyond it, the lines between are taken for different. */
const MOST_CELLS = 8_000_000;

/** `own`, changed as `before` was changed into `after`. All three say the same but for that change. */
export function mergeLines(own: string, before: string, after: string): string {
  const [mine, old, next] = [own, before, after].map((text) => text.split('\n')) as [string[], string[], string[]];
  const toMine = matches(old.map(bare), mine.map(bare));
  const toNext = matches(old, next);
  const out: string[] = [];
  let at = { old: 0, mine: 0, next: 0 };
  const flush = (end: typeof at): void => {
    const isSame =
      end.old - at.old === end.next - at.next &&
      old.slice(at.old, end.old).every((line, index) => line === next[at.next + index]);
    out.push(...(isSame ? mine.slice(at.mine, end.mine) : next.slice(at.next, end.next)));
  };
  for (let index = 0; index < old.length; index += 1) {
    const [inMine, inNext] = [toMine.get(index), toNext.get(index)];
    if (inMine === undefined || inNext === undefined) continue;
    flush({ old: index, mine: inMine, next: inNext });
    out.push(mine[inMine] ?? '');
    at = { old: index + 1, mine: inMine + 1, next: inNext + 1 };
  }
  flush({ old: old.length, mine: mine.length, next: next.length });
  return out.join('\n');
}

/** Lines that differ in blanks alone are one line, except that indentation counts. */
const bare = (line: string): string => (/^ */.exec(line)?.[0] ?? '') + line.replace(/\s+/g, '');

/** Longest common subsequence: indices of `a` with theirs in `b`, growing. */
function matches(a: readonly string[], b: readonly string[]): Map<number, number> {
  const found = new Map<number, number>();
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) found.set(start, start++);
  let [endA, endB] = [a.length, b.length];
  const tail: [number, number][] = [];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) tail.push([--endA, --endB]);
  const [rows, columns] = [endA - start, endB - start];
  if (rows * columns > 0 && rows * columns <= MOST_CELLS) {
    const width = columns + 1;
    const lengths = new Uint32Array((rows + 1) * width);
    const cell = (row: number, column: number): number => lengths[row * width + column] ?? 0;
    for (let row = rows - 1; row >= 0; row -= 1)
      for (let column = columns - 1; column >= 0; column -= 1)
        lengths[row * width + column] =
          a[start + row] === b[start + column]
            ? cell(row + 1, column + 1) + 1
            : Math.max(cell(row + 1, column), cell(row, column + 1));
    for (let row = 0, column = 0; row < rows && column < columns;) {
      if (a[start + row] === b[start + column]) found.set(start + row++, start + column++);
      else if (cell(row + 1, column) >= cell(row, column + 1)) row += 1;
      else column += 1;
    }
  }
  for (const [left, right] of tail.reverse()) found.set(left, right);
  return found;
}
