import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configJsonSchema, jsonSchemaText } from '../../../config/json-schema';
import { loadConfig } from '../../../config/load';
import { configurationReference } from '../../../config/reference';
import { NOTIFICATIONS_EXAMPLE, REFERENCE_EXAMPLE } from '../../../config/reference-head';
import type { JsonSchema } from '../../../config/shape';
import { folderWith } from '../config/files';

const root = join(__dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Every schema of a key, with the path at which it stands. */
function* keys(schema: JsonSchema, path = ''): Generator<[string, JsonSchema]> {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    yield [`${path}.${key}`, value];
    yield* keys(value, `${path}.${key}`);
  }
  for (const part of [schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])])
    if (typeof part === 'object') yield* keys(part, `${path}.*`);
}

describe('what is generated from the schema', () => {
  it('is committed: schemas/longshore.schema.json (write it with `node dist/config/json-schema.js`)', () => {
    expect(read('schemas/longshore.schema.json')).toBe(jsonSchemaText());
  });

  it('is committed: docs/configuration.md (write it with `node dist/config/json-schema.js`)', () => {
    expect(read('docs/configuration.md')).toBe(configurationReference(configJsonSchema()));
  });

  it('describes every key', () => {
    const all = [...keys(configJsonSchema())];
    expect(all.length).toBeGreaterThan(60);
    expect(
      all
        .filter(([, schema]) => !schema.description && !schema.anyOf?.some((option) => option.description))
        .map(([path]) => path),
    ).toEqual([]);
  });

  it('allows references where the loader fills them in, and no other key than the known ones', () => {
    const schema = configJsonSchema();
    const maxRows = [...keys(schema)].find(([path]) => path.endsWith('.*.maxRows'))?.[1];
    expect(maxRows?.anyOf).toContainEqual({ $ref: '#/$defs/reference' });
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(schema.$defs ?? {}).toSorted()).toEqual(['reference', 'storedSecret']);
  });
});

describe('the example of docs/configuration.md', () => {
  it('loads', () => {
    const file = join(folderWith({}), 'longshore.yaml');
    writeFileSync(file, REFERENCE_EXAMPLE);
    const { config, warnings } = loadConfig(file, { env: { UAT_URL: 'postgres://h/uat' }, strict: true });
    expect(Object.keys(config.transferSets)).toEqual(['sales-daily']);
    expect(warnings.map(({ path }) => path)).toEqual(['environments.prod.password']);
  });

  it('loads with its part about messages', () => {
    const file = join(folderWith({}), 'longshore.yaml');
    writeFileSync(file, `${REFERENCE_EXAMPLE}\n${NOTIFICATIONS_EXAMPLE}`);
    const { config, warnings } = loadConfig(file, { env: { UAT_URL: 'postgres://h/uat' }, strict: true });
    expect(Object.keys(config.notifications.channels)).toEqual(['ops-mail', 'team-slack']);
    expect(config.notifications.templates.failed?.text).toBe('{{error}}\n\n{{details}}');
    expect(warnings.map(({ path }) => path)).toEqual([
      'environments.prod.password',
      'notifications.channels.ops-mail.password',
      'notifications.channels.team-slack.webhook',
    ]);
  });
});
