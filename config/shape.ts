/** What the schema allows at a path: for suggestions, for messages, and for typing text that came from a variable. */
import { parse } from 'yaml';
import { z } from 'zod';
import { configSchema } from '../schemas/config';
import type { ConfigPath } from './path';

/** The part of JSON Schema that zod writes for this configuration. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  description?: string;
  default?: unknown;
  pattern?: string;
}

/** Types of values by the names messages use; references and stored secrets are not counted. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
  null: 'nothing',
};

let cached: JsonSchema | undefined;

export function rawSchema(): JsonSchema {
  cached ??= z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema;
  return cached;
}

/** Every schema that a value at `path` may obey. `document` decides between alternatives that name themselves by a constant. */
export function shapesAt(path: ConfigPath, document: unknown): JsonSchema[] {
  let shapes = alternatives(rawSchema());
  let value = document;
  for (const part of path) {
    shapes = shapes.filter((shape) => fits(shape, value)).flatMap((shape) => inner(shape, part));
    value = child(value, part);
  }
  return shapes.filter((shape) => fits(shape, value));
}

function inner(shape: JsonSchema, part: string | number): JsonSchema[] {
  if (typeof part === 'number') return shape.items ? alternatives(shape.items) : [];
  const known = shape.properties && Object.hasOwn(shape.properties, part) ? shape.properties[part] : undefined;
  if (known) return alternatives(known);
  return typeof shape.additionalProperties === 'object' ? alternatives(shape.additionalProperties) : [];
}

/** A schema with its references followed and its unions opened. */
export function alternatives(schema: JsonSchema): JsonSchema[] {
  // A reference (`${…}`) or a stored secret may stand for a value; neither says what the value is.
  if (schema.$ref) return [];
  const options = schema.anyOf ?? schema.oneOf;
  return options ? options.flatMap(alternatives) : [schema];
}

function fits(shape: JsonSchema, value: unknown): boolean {
  const entries = Object.entries(shape.properties ?? {}).filter(([, property]) => property.const !== undefined);
  return entries.every(([key, property]) => {
    const actual = child(value, key);
    return actual === undefined || actual === property.const;
  });
}

function child(value: unknown, part: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
  return (value as Record<string | number, unknown>)[part];
}

/** Keys that a map at `path` may have; empty when names are free. */
export function knownKeys(path: ConfigPath, document: unknown): string[] {
  return [...new Set(shapesAt(path, document).flatMap((shape) => Object.keys(shape.properties ?? {})))];
}

/** Values from which one at `path` may be chosen; empty where any will do. */
export function choicesAt(path: ConfigPath, document: unknown): unknown[] {
  return shapesAt(path, document).flatMap((shape) => shape.enum ?? (shape.const === undefined ? [] : [shape.const]));
}

/** `text`, `a number or true or false`, `one of a, b and c`: what a value at `path` must be. */
export function expected(path: ConfigPath, document: unknown): string {
  const shapes = shapesAt(path, document);
  const choices = choicesAt(path, document);
  const types = shapes
    .filter((shape) => !shape.enum && shape.const === undefined)
    .map((shape) => TYPE_NAMES[shape.type ?? ''] ?? 'something else');
  const parts = [...new Set(types.filter((name) => name !== 'nothing'))];
  if (choices.length > 0) parts.push(choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`);
  return parts.join(' or ') || 'something else';
}

/**
 * The value that text from a variable stands for: read as YAML where the schema wants a number, a list or the like,
 * left alone where it wants text, so that a password of digits stays one.
 */
export function typedValue(text: string, path: ConfigPath, document: unknown): unknown {
  const shapes = shapesAt(path, document);
  const parsed = parseValue(text);
  if (shapes.length === 0) return parsed;
  const takesText = shapes.some((shape) => shape.type === 'string' && !shape.enum && shape.const === undefined);
  const isCollection = typeof parsed === 'object' && parsed !== null;
  if (
    takesText &&
    !(isCollection && shapes.some((shape) => shape.type === (Array.isArray(parsed) ? 'array' : 'object')))
  )
    return text;
  return parsed;
}

function parseValue(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' }) as unknown;
  } catch {
    return text;
  }
}
