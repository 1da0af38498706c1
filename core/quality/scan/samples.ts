/** Examples of faults: the first of each check by line and column, however the file was cut for reading. */
import type { CheckName, FaultSample } from '../../types/quality';

interface Sample {
  line: number;
  column: number;
  sample: FaultSample;
}

export class FaultSamples {
  #taken = new Map<CheckName, Sample[]>();
  /** Checks whose samples are complete: all that follow are of later lines. */
  #complete = new Set<CheckName>();

  constructor(readonly limit: number) {}

  wanted(check: CheckName): boolean {
    return this.limit > 0 && !this.#complete.has(check);
  }

  add(check: CheckName, line: number, column: number, sample: FaultSample): void {
    const list = this.#taken.get(check);
    if (list) list.push({ line, column, sample });
    else this.#taken.set(check, [{ line, column, sample }]);
  }

  /** Called when all faults of a run of lines were added, of every column: later ones are of later lines. */
  settle(): void {
    for (const [check, list] of this.#taken) {
      if (this.#complete.has(check) || list.length < this.limit) continue;
      this.#taken.set(check, firstOf(list, this.limit));
      this.#complete.add(check);
    }
  }

  /** Hands over what there is and begins anew. */
  take(): Partial<Record<CheckName, FaultSample[]>> {
    const result: Partial<Record<CheckName, FaultSample[]>> = {};
    for (const [check, list] of this.#taken) result[check] = firstOf(list, this.limit).map(({ sample }) => sample);
    this.#taken = new Map();
    this.#complete = new Set();
    return result;
  }
}

const firstOf = (list: Sample[], limit: number): Sample[] =>
  list.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, limit);
