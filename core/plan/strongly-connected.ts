/**
 * Strongly connected components of a graph given as lists of successors (Tarjan). Components come successors first;
 * without recursion, so that a chain of any length fits the stack.
 */
export function stronglyConnected(successors: readonly (readonly number[])[]): number[][] {
  const size = successors.length;
  const index = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const onStack = new Uint8Array(size);
  const nextEdge = new Int32Array(size);
  const stack: number[] = [];
  const components: number[][] = [];
  let counter = 0;

  const enter = (node: number, path: number[]) => {
    index[node] = low[node] = counter++;
    onStack[node] = 1;
    stack.push(node);
    path.push(node);
  };
  const leave = (node: number) => {
    if (low[node] !== index[node]) return;
    const component: number[] = [];
    let member: number;
    do {
      member = stack.pop()!;
      onStack[member] = 0;
      component.push(member);
    } while (member !== node);
    components.push(component);
  };

  for (let root = 0; root < size; root++) {
    if (index[root] !== -1) continue;
    const path: number[] = [];
    enter(root, path);
    while (path.length > 0) {
      const node = path.at(-1)!;
      const next = successors[node]![nextEdge[node]!++];
      if (next === undefined) {
        leave(node);
        path.pop();
        const parent = path.at(-1);
        if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!);
      } else if (index[next] === -1) {
        enter(next, path);
      } else if (onStack[next] === 1) {
        low[node] = Math.min(low[node]!, index[next]!);
      }
    }
  }
  return components;
}

/** The shortest way from one node to another as the nodes on it, both ends included; undefined when there is none. */
export function shortestPath(
  successors: readonly (readonly number[])[],
  from: number,
  to: number,
): number[] | undefined {
  const cameFrom = new Map<number, number>([[from, -1]]);
  const queue = [from];
  for (const node of queue) {
    if (node === to) {
      const path: number[] = [];
      for (let step = to; step !== -1; step = cameFrom.get(step)!) path.unshift(step);
      return path;
    }
    for (const next of successors[node]!) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}
