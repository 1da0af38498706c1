/**
 * A topological order that is kept up to date as edges are added (Pearce and Kelly, "A dynamic topological sort
 * algorithm for directed acyclic graphs", 2006). Only the stretch of the order between the two ends of a new edge is
 * looked at, which keeps sets of thousands of tables cheap.
 */
export class IncrementalOrder {
  private readonly position: Int32Array;
  private readonly after: number[][];
  private readonly before: number[][];
  /** Round of `reach` in which a node was last seen. */
  private readonly seen: Int32Array;
  private round = 0;

  constructor(size: number) {
    this.position = Int32Array.from({ length: size }, (_, node) => node);
    this.after = Array.from({ length: size }, () => []);
    this.before = Array.from({ length: size }, () => []);
    this.seen = new Int32Array(size);
  }

  /** Demands that `first` stands before `second`. False, and nothing changed, when that would close a circle. */
  add(first: number, second: number): boolean {
    if (first === second) return false;
    const low = this.position[second]!;
    const high = this.position[first]!;
    if (low < high) {
      const forward = this.reach(second, this.after, low, high, first);
      if (this.seen[first] === this.round) return false;
      this.reorder(this.reach(first, this.before, low, high), forward);
    }
    this.after[first]!.push(second);
    this.before[second]!.push(first);
    return true;
  }

  /** Nodes that can be reached from `start` without leaving places `low` to `high`; stops short when `until` is one. */
  private reach(start: number, edges: number[][], low: number, high: number, until = -1): number[] {
    const { position, seen } = this;
    const round = ++this.round;
    const found = [start];
    seen[start] = round;
    for (let i = 0; i < found.length; i++) {
      for (const next of edges[found[i]!]!) {
        if (seen[next] === round || position[next]! < low || position[next]! > high) continue;
        seen[next] = round;
        if (next === until) return found;
        found.push(next);
      }
    }
    return found;
  }

  private reorder(backward: number[], forward: number[]): void {
    const byPlace = (a: number, b: number) => this.position[a]! - this.position[b]!;
    const nodes = [...backward.sort(byPlace), ...forward.sort(byPlace)];
    const places = nodes.map((node) => this.position[node]!).sort((a, b) => a - b);
    for (const [i, node] of nodes.entries()) this.position[node] = places[i]!;
  }
}
