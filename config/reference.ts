/** docs/configuration.md: a head written by hand, and a table for every part of the schema. */
import { REFERENCE_HEAD } from './reference-head';
import type { JsonSchema } from './shape';

interface Section {
  title: string;
  schema: JsonSchema;
}

/** Text of docs/configuration.md. */
export function configurationReference(schema: JsonSchema): string {
  return `${[REFERENCE_HEAD.trim(), ...collect('', schema).map(renderSection)].join('\n\n')}\n`;
}

/** Every map with known keys, each under the path at which it stands; `NAME` and `TABLE` are free. */
function collect(title: string, schema: JsonSchema): Section[] {
  const own: Section[] = schema.properties ? [{ title, schema }] : [];
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    collect(title ? `${title}.${key}` : key, value),
  );
  const alternatives = (schema.anyOf ?? []).flatMap((option) => collect(kindTitle(title, option), option));
  const free =
    typeof schema.additionalProperties === 'object'
      ? collect(`${title}.${title.endsWith('[]') ? 'TABLE' : 'NAME'}`, schema.additionalProperties)
      : [];
  const items = schema.items ? collect(`${title}[]`, schema.items) : [];
  return [...own, ...below, ...alternatives, ...free, ...items];
}

function kindTitle(title: string, schema: JsonSchema): string {
  const kind = schema.properties?.['kind']?.const ?? schema.properties?.['rule']?.const;
  return typeof kind === 'string' ? `${title} (${kind})` : title;
}

function renderSection({ title, schema }: Section): string {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(
    ([key, value]) =>
      `| \`${key}\` | ${cell(typeText(value))} | ${cell(defaultText(value, required.has(key)))} | ${cell(value.description ?? inner(value))} |`,
  );
  const head =
    title === ''
      ? '## The file'
      : `## \`${title.replace(/ \(([\w-]+)\)$/, '')}\`${/ \(([\w-]+)\)$/.exec(title)?.[0] ?? ''}`;
  return [
    head,
    '',
    ...(schema.description !== undefined && title !== '' ? [schema.description, ''] : []),
    '| Key | Value | Default | Meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** Unions that carry no text of their own speak through their alternatives. */
function inner(schema: JsonSchema): string {
  return (schema.anyOf ?? []).map((option) => option.description).find((text) => text !== undefined) ?? '';
}

function typeText(schema: JsonSchema): string {
  if (schema.anyOf)
    return [...new Set(schema.anyOf.filter((option) => !option.$ref).map(typeText))]
      .filter((text) => text !== 'nothing')
      .join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => (value === '' ? 'empty' : `\`${String(value)}\``)).join(', ');
  if (schema.type === 'array') return `list of ${schema.items ? typeText(schema.items) : 'anything'}`;
  return (
    {
      string: 'text',
      integer: 'whole number',
      number: 'number',
      boolean: '`true`, `false`',
      object: 'map',
      null: 'nothing',
    }[schema.type ?? ''] ?? 'anything'
  );
}

function defaultText(schema: JsonSchema, required: boolean): string {
  if (schema.default === undefined) return required ? 'required' : '';
  // Lists are shown, maps have a table of their own.
  const values =
    typeof schema.default !== 'object' ? [schema.default] : Array.isArray(schema.default) ? schema.default : [];
  return values.map((value) => `\`${String(value)}\``).join(', ');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
