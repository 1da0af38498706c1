/** Takes out of a complete document what it would say anyway, so that people read only what somebody decided. */
import { isDeepStrictEqual } from 'node:util';
import type { ConfigPath } from './path';
import { type JsonSchema, shapesAt } from './shape';

/** `value`, which stands at `path`, without settings that have their default. Loads as the same configuration. */
export function withoutDefaults(value: unknown, path: ConfigPath = []): unknown {
  const document = path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value);
  return strip(value, shapesAt(path, document));
}

function strip(value: unknown, shapes: readonly JsonSchema[]): unknown {
  if (Array.isArray(value)) {
    const items = shapes.map((shape) => shape.items);
    return value.map((item: unknown) => strip(item, fitting(items, item)));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, item]: [string, unknown]): [string, unknown][] => {
    const known = shapes.flatMap(({ properties }) =>
      properties && Object.hasOwn(properties, key) ? [properties[key]] : [],
    );
    const kept = strip(
      item,
      fitting(known.length === 0 ? shapes.map((shape) => shape.additionalProperties) : known, item),
    );
    const isDefault = known.some((shape) => shape?.default !== undefined && isDeepStrictEqual(shape.default, kept));
    return isDefault ? [] : [[key, kept]];
  });
  return Object.fromEntries(entries);
}

/** The schemas with their unions opened, without those that the value's constants rule out. */
function fitting(shapes: readonly (JsonSchema | boolean | undefined)[], value: unknown): JsonSchema[] {
  return shapes.flatMap((shape) => {
    if (typeof shape !== 'object' || shape.$ref) return [];
    const options = shape.anyOf ?? shape.oneOf;
    if (options) return fitting(options, value);
    const constants = Object.entries(shape.properties ?? {}).filter(([, property]) => property.const !== undefined);
    const fits = constants.every(([key, property]) => {
      const actual = typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined;
      return actual === undefined || actual === property.const;
    });
    return fits ? [shape] : [];
  });
}
