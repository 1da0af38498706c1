import type { Difference } from './differences';
import type { ChangedValue, DuplicateKey, FileComparison, LoneRow } from './result';

/** Counts differences, and keeps of each kind those that stand first in the files, up to a limit. */
export class Tally {
  readonly #lone = { a: { rows: 0 }, b: { rows: 0 } };
  readonly #loneSamples: Record<'a' | 'b', First<LoneRow>>;
  readonly #changed: First<ChangedValue>;
  readonly #duplicates: First<DuplicateKey>;
  readonly #columns: number[];
  #changedRows = 0;
  #duplicateKeys = 0;

  /** `names` of the columns that are compared, of which the first `keys` are the key. */
  constructor(
    private readonly names: readonly string[],
    private readonly keys: number,
    limit: number,
  ) {
    this.#loneSamples = { a: new First(limit), b: new First(limit) };
    this.#changed = new First(limit);
    this.#duplicates = new First(limit);
    this.#columns = names.map(() => 0);
  }

  add(found: Difference): void {
    if (found.kind === 'lone') {
      this.#lone[found.side].rows += found.rows;
      this.#loneSamples[found.side].offer(found.line, () => {
        const shown = this.keys > 0 ? this.keys : this.names.length;
        return { line: found.line, rows: found.rows, values: this.#named(found.texts(), shown) };
      });
    } else if (found.kind === 'duplicate') {
      this.#duplicateKeys++;
      const { rowsA, rowsB, line } = found;
      this.#duplicates.offer(line, () => ({ key: this.#named(found.key(), this.keys), rowsA, rowsB, line }));
    } else this.#addChanged(found);
  }

  result(): Pick<FileComparison, 'onlyInA' | 'onlyInB' | 'changed' | 'duplicateKeys'> {
    const columns = this.names.map((column, index) => ({ column, rows: this.#columns[index]! }));
    return {
      onlyInA: { rows: this.#lone.a.rows, samples: this.#loneSamples.a.all() },
      onlyInB: { rows: this.#lone.b.rows, samples: this.#loneSamples.b.all() },
      changed: {
        rows: this.#changedRows,
        columns: columns.filter(({ rows }) => rows > 0),
        samples: this.#changed.all(),
      },
      duplicateKeys: { keys: this.#duplicateKeys, samples: this.#duplicates.all() },
    };
  }

  #addChanged(found: Difference & { kind: 'changed' }): void {
    this.#changedRows++;
    const { lineA, lineB, same } = found;
    for (const [index, isSame] of same.entries()) {
      if (isSame) continue;
      const at = this.keys + index;
      this.#columns[at]!++;
      this.#changed.offer(lineA, () => {
        const a = found.a();
        const key = this.#named(a, this.keys);
        return { key, column: this.names[at]!, a: a[at]!, b: found.b()[at]!, lineA, lineB };
      });
    }
  }

  #named(texts: readonly (string | null)[], count: number): Record<string, string | null> {
    return Object.fromEntries(this.names.slice(0, count).map((name, index) => [name, texts[index] ?? null]));
  }
}

/** The first things by line. */
class First<T> {
  readonly #kept: { line: number; thing: T }[] = [];

  constructor(private readonly limit: number) {}

  offer(line: number, make: () => T): void {
    const kept = this.#kept;
    const last = kept.at(-1);
    if (kept.length >= this.limit && (last === undefined || line >= last.line)) return;
    let at = kept.length;
    while (at > 0 && kept[at - 1]!.line > line) at--;
    kept.splice(at, 0, { line, thing: make() });
    if (kept.length > this.limit) kept.pop();
  }

  all(): T[] {
    return this.#kept.map(({ thing }) => thing);
  }
}
