/**
 * JSON Schema of a configuration file, for editors. Run as a program (`node dist/config/json-schema.js` in the root of
 * the project) it writes the committed copies: schemas/longshore.schema.json and docs/configuration.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { configFileSchema } from '../schemas/config';
import { configurationReference } from './reference';
import type { JsonSchema } from './shape';

const REFERENCE = '#/$defs/reference';

/** Draft 2020-12. Wherever the loader fills in references, the schema allows one. */
export function configJsonSchema(): JsonSchema {
  const { $defs, ...schema } = z.toJSONSchema(configFileSchema, { io: 'input' }) as JsonSchema;
  return {
    ...withReferences(schema),
    $defs: Object.fromEntries(Object.entries($defs ?? {}).map(([name, definition]) => [name, tidy(definition)])),
  };
}

/** Text of schemas/longshore.schema.json. */
export const jsonSchemaText = (): string => `${shortLists(JSON.stringify(configJsonSchema(), null, 2))}\n`;

/** Lists of plain values on one line where they fit, as the project's formatter has them. */
function shortLists(json: string): string {
  return json.replace(/^(.*)\[\n([^[\]{}]*?)\n *\](,?)$/gm, (whole, before: string, items: string, comma: string) => {
    const line = `${before}[${items.trim().replace(/,\n */g, ', ')}]${comma}`;
    return line.length <= 120 ? line : whole;
  });
}

function withReferences(schema: JsonSchema): JsonSchema {
  const options = schema.anyOf ?? schema.oneOf;
  if (options) {
    const open = options.map((option) => (isLeaf(option) ? tidy(option) : withReferences(option)));
    const needsReference =
      options.some((option) => isLeaf(option) && !takesAnyText(option)) &&
      !options.some((option) => option.$ref === REFERENCE || takesAnyText(option));
    const { anyOf: _any, oneOf: _one, ...rest } = schema;
    return { ...rest, anyOf: needsReference ? [...open, { $ref: REFERENCE }] : open };
  }
  if (isLeaf(schema))
    return takesAnyText(schema) || schema.const !== undefined || schema.type === 'null'
      ? tidy(schema)
      : orReference(schema);
  const map = (properties: Record<string, JsonSchema>) =>
    Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, withReferences(value)]));
  return {
    ...schema,
    ...(schema.properties && { properties: map(schema.properties) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: withReferences(schema.additionalProperties),
    }),
    ...(schema.items && { items: withReferences(schema.items) }),
  };
}

function orReference(schema: JsonSchema): JsonSchema {
  const { description, default: preset, ...rest } = tidy(schema);
  return {
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset }),
    anyOf: [rest, { $ref: REFERENCE }],
  };
}

const isLeaf = (schema: JsonSchema): boolean =>
  schema.type !== 'object' && schema.type !== 'array' && !schema.anyOf && !schema.oneOf && !schema.$ref;

/** A reference is text of one line, so only choices and narrow patterns keep it out. */
function takesAnyText(schema: JsonSchema): boolean {
  if (schema.type !== 'string' || schema.enum || schema.const !== undefined) return false;
  return schema.pattern === undefined || new RegExp(schema.pattern).test('${A}');
}

/** Without the bounds that zod writes for the sake of its own integers. */
function tidy(schema: JsonSchema): JsonSchema {
  const isNoise = ([key, value]: [string, unknown]): boolean =>
    (key === 'maximum' || key === 'minimum') && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
  return Object.fromEntries(Object.entries(schema).filter((entry) => !isNoise(entry)));
}

/** Writes the generated files below `root`. */
export function writeGenerated(root: string): void {
  mkdirSync(`${root}/schemas`, { recursive: true });
  mkdirSync(`${root}/docs`, { recursive: true });
  writeFileSync(`${root}/schemas/longshore.schema.json`, jsonSchemaText());
  writeFileSync(`${root}/docs/configuration.md`, configurationReference(configJsonSchema()));
}

if (require.main === module) writeGenerated(process.cwd());
