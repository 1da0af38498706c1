/** Rows by the value of their key: in memory as long as they are few, else wherever `GroupStore` puts them. */

/** A key as `createKeyText` spells it. */
export interface KeyGroup {
  key: string;
  count: number;
  /** Ascending; the first ten. */
  lines: number[];
}

/** Groups beyond what memory is for. The same key may be added several times; its lines come in ascending order. */
export interface GroupStore {
  add(groups: Iterable<KeyGroup>): Promise<void>;
  /** Keys that occur more than once, rows beyond the first of each, and so many of the keys, by their first line. */
  result(samples: number): Promise<Repeated>;
}

/** Lends a store for the time of `work`, and removes it. */
export type WithGroupStore = <T>(work: (store: GroupStore) => Promise<T>) => Promise<T>;

export interface Repeated {
  keys: number;
  extraRows: number;
  samples: KeyGroup[];
}

export const MOST_LINES = 10;

export interface GroupLimits {
  /** Keys that are held in memory, and characters of them. */
  keys: number;
  characters: number;
}

const LIMITS: GroupLimits = { keys: 200_000, characters: 16_000_000 };

export class KeyGroups {
  #groups = new Map<string, KeyGroup>();
  #characters = 0;
  #isSpilled = false;

  constructor(
    private readonly store: GroupStore,
    private readonly limits: GroupLimits = LIMITS,
  ) {}

  add(key: string, line: number): void {
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, { key, count: 1, lines: [line] });
      this.#characters += key.length;
    } else {
      group.count++;
      if (group.lines.length < MOST_LINES) group.lines.push(line);
    }
  }

  /** Makes room where there is too little; to be called from time to time. */
  async relieve(): Promise<void> {
    if (this.#groups.size > this.limits.keys || this.#characters > this.limits.characters) await this.#spill();
  }

  async result(samples: number): Promise<Repeated> {
    if (this.#isSpilled) {
      await this.#spill();
      return this.store.result(samples);
    }
    // By first line, for a map keeps the order in which keys came.
    const repeated = [...this.#groups.values()].filter(({ count }) => count > 1);
    return {
      keys: repeated.length,
      extraRows: repeated.reduce((sum, { count }) => sum + count - 1, 0),
      samples: repeated.slice(0, samples),
    };
  }

  async #spill(): Promise<void> {
    await this.store.add(this.#groups.values());
    this.#groups = new Map();
    this.#characters = 0;
    this.#isSpilled = true;
  }
}
