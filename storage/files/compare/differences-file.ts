import type { Difference } from '../../../core/file/compare/differences';
import { csvLine } from '../../../core/file/write-csv';
import { OutputFile } from '../output-file';

const FLUSH_CHARS = 256 * 1024;

/**
 * All differences as CSV: one line for each row that has no like in the other file, with its values, and one for each
 * value that differs, with its key. Duplicate keys are no differences. Has its name only once it is complete.
 */
export class DifferencesFile {
  #lines: string[] = [];
  #chars = 0;

  private constructor(
    private readonly out: OutputFile,
    private readonly names: readonly string[],
    private readonly keys: number,
  ) {}

  /** `names` of the columns that are compared, of which the first `keys` are the key. */
  static async open(path: string, names: readonly string[], keys: number): Promise<DifferencesFile> {
    const file = new DifferencesFile(await OutputFile.open(path), names, keys);
    file.#line(['difference', 'rows', 'line_a', 'line_b', 'column', 'value_a', 'value_b', ...names]);
    return file;
  }

  add(found: Difference): void {
    if (found.kind === 'duplicate') return;
    if (found.kind === 'lone') {
      const { side, rows, line } = found;
      const [lineA, lineB] = side === 'a' ? [String(line), null] : [null, String(line)];
      this.#line([`only in ${side.toUpperCase()}`, String(rows), lineA, lineB, null, null, null, ...found.texts()]);
      return;
    }
    const [a, b] = [found.a(), found.b()];
    const facts = ['changed', '1', String(found.lineA), String(found.lineB)];
    const others = this.names.slice(this.keys).map(() => null);
    for (const [index, isSame] of found.same.entries()) {
      const at = this.keys + index;
      if (!isSame) this.#line([...facts, this.names[at]!, a[at]!, b[at]!, ...a.slice(0, this.keys), ...others]);
    }
  }

  /** Much has been added that is not written yet: call `drain`. */
  get isFull(): boolean {
    return this.#chars >= FLUSH_CHARS;
  }

  async drain(): Promise<void> {
    const bytes = Buffer.from(this.#lines.join(''), 'utf8');
    this.#lines = [];
    this.#chars = 0;
    await this.out.write(bytes);
  }

  async finish(): Promise<void> {
    await this.drain();
    await this.out.finish();
  }

  /** Throws away what was written. Never throws. */
  async abort(): Promise<void> {
    await this.out.abort();
  }

  #line(fields: readonly (string | null)[]): void {
    const line = `${fields.map(cell).join(',')}\r\n`;
    this.#lines.push(line);
    this.#chars += line.length;
  }
}

/** NULL is nothing, and an empty text is quoted. */
const cell = (field: string | null): string => (field === null ? '' : csvLine([field]).slice(0, -2));
