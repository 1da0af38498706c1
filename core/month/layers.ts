/** Settings laid over one another: what a batch inherits, what its templates and defaults say, and what it says itself. */

export type SettingPath = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

/** Settings, and where in the configuration they stand. */
export interface Layer {
  path: SettingPath;
  value: object;
}

export interface Layered<T> {
  value: T;
  /** Where in the configuration the value at a path stands; in the last layer where none has it. */
  origin(path: SettingPath): SettingPath;
}

/** Later layers win: maps merge, everything else is replaced. */
export function layOver<T extends object>(layers: readonly Layer[]): Layered<T> {
  const value = layers.reduce<unknown>((below, layer) => merge(below, layer.value), {});
  return {
    // Merging maps of one shape gives a map of that shape.
    value: value as T,
    origin: (path) => {
      const layer = layers.findLast((each) => valueAt(each.value, path) !== undefined) ?? layers.at(-1);
      return [...(layer?.path ?? []), ...path];
    },
  };
}

function merge(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isMap(below) || !isMap(above)) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(below[key], above[key])]));
}

function valueAt(value: unknown, path: SettingPath): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return at;
}

const isMap = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `monthBatches.daily.tables.trades.columns[2]`: as configurations are quoted everywhere. */
export function showPath(path: SettingPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[\w$-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}
