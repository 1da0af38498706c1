/** Hands on one thing after the other, in order, while further ones are made. */
export class Delivery<T> {
  #chain: Promise<void> = Promise.resolve();
  #underWay: Promise<void>[] = [];

  /** `ahead`: so many may wait, besides the one that is being made. */
  constructor(
    private readonly take: (item: T) => Promise<void>,
    private readonly ahead: number,
  ) {}

  /** Resolves when there is room for a further one. Throws what `take` threw. */
  async put(item: T): Promise<void> {
    const taken = this.#chain.then(async () => this.take(item));
    this.#chain = taken;
    // Met by whoever awaits it next; until then it is not to end the process.
    taken.catch(() => undefined);
    this.#underWay.push(taken);
    if (this.#underWay.length > this.ahead) await this.#underWay.shift();
  }

  /** Resolves when everything was taken. */
  async drained(): Promise<void> {
    await this.#chain;
  }

  /** Waits for what was handed on, whatever becomes of it. */
  async settled(): Promise<void> {
    await this.#chain.catch(() => undefined);
  }
}
