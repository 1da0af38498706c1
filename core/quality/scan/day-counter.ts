/** Counts rows by day: an array around a day that was seen, a map for days far from it. */

const REACH = 2048;
/** So many rows in a row of days far away, and the array moves there. */
const PATIENCE = 1000;

export class DayCounter {
  readonly #near = new Float64Array(2 * REACH);
  readonly #far = new Map<number, number>();
  #base: number | undefined;
  #strays = 0;

  count(day: number): void {
    this.#base ??= day - REACH;
    const slot = day - this.#base;
    if (slot >= 0 && slot < 2 * REACH) this.#near[slot]!++;
    else this.#stray(day);
  }

  /** Days with rows, in order; all is 0 again afterwards. */
  take(): [day: number, rows: number][] {
    this.#clearNear();
    const days = [...this.#far];
    this.#far.clear();
    this.#base = undefined;
    return days.toSorted(([a], [b]) => a - b);
  }

  #stray(day: number): void {
    this.#far.set(day, (this.#far.get(day) ?? 0) + 1);
    if (++this.#strays < PATIENCE) return;
    this.#clearNear();
    this.#base = day - REACH;
    this.#strays = 0;
  }

  #clearNear(): void {
    const base = this.#base ?? 0;
    for (const [slot, rows] of this.#near.entries())
      if (rows > 0) this.#far.set(base + slot, (this.#far.get(base + slot) ?? 0) + rows);
    this.#near.fill(0);
  }
}
