/** Paths inside a configuration: `transferSets.daily.tables[2]["sales.orders"].where`. */

export type ConfigPath = readonly (string | number)[];

export function formatPath(path: ConfigPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** Reads what `formatPath` writes; undefined when it is no path. */
export function parsePath(text: string): (string | number)[] | undefined {
  const path: (string | number)[] = [];
  let rest = text;
  while (rest !== '') {
    const match = /^(?:\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|(\.)?([\w$-]+))/.exec(rest);
    if (!match) return undefined;
    const [whole, index, quoted, dot, key] = match;
    if (key !== undefined && (dot !== undefined) !== path.length > 0) return undefined;
    if (index !== undefined) path.push(Number(index));
    else if (quoted !== undefined) path.push(unquote(quoted) ?? quoted);
    else path.push(key ?? '');
    rest = rest.slice(whole.length);
  }
  return path.length > 0 ? path : undefined;
}

function unquote(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}
