import fc from 'fast-check';
import { CODECS, LOAD_MODES, PUBLISH_SCOPES, SCHEMA_POLICIES, VERIFY_LEVELS } from '../../../schemas/constants';

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,10}$/);
/** Text of any characters, among them those that mean something to YAML and to references. */
const text = fc
  .oneof(
    fc.string({ minLength: 1 }),
    // But for the code points that stand in for brackets while YAML is read, which no text may hold (reference-mask.ts).
    fc.string({ minLength: 1, unit: 'binary' }).filter((text) => !/[\ufdd0-\ufddf]/.test(text)),
    fc.constantFrom('${x}', '$${x}', '$$${', '${', "it's: # no", 'null', '1', '- a', '*a', '!a', 'a\nb\n', ' a '),
  )
  .filter((value) => /\S/.test(value) && value.isWellFormed());
const word = text.filter((value) => /^[^\u0000-\u001f]+$/.test(value));
const plainWord = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const reference = fc.constantFrom('${A}', '${env:B_1}', '${env:C:-d}', '${file:/run/secrets/e}');

const common = {
  readOnly: optional(fc.boolean()),
  protectedTables: optional(fc.array(word, { maxLength: 2 })),
  maxRowsPerTable: optional(fc.integer({ min: 1 })),
};
const environment = fc.oneof(
  fc.record({ kind: fc.constant('duckdb'), path: plainWord, ...common }),
  fc.record({
    kind: fc.constant('postgres'),
    host: fc.oneof(plainWord, reference),
    database: plainWord,
    port: optional(fc.oneof(fc.integer({ min: 1, max: 65535 }), reference)),
    password: optional(fc.oneof(fc.string(), reference)),
    ...common,
  }),
  fc.record({
    kind: fc.constant('postgres'),
    url: fc.oneof(reference, fc.constantFrom('postgres://h/d', 'postgres://u:p@h/d', 'postgres://u:${P}@h/d')),
    ...common,
  }),
);

const mssql = fc.record({
  kind: fc.constant('mssql'),
  host: fc.oneof(plainWord, reference),
  database: plainWord,
  user: plainWord,
  password: fc.oneof(fc.string({ minLength: 1 }), reference),
  encrypt: optional(fc.constantFrom(true, false, 'strict', '${A}')),
  packetSize: optional(fc.constantFrom(512, 16_384, '${A}')),
  ...common,
});
const rule = fc.constantFrom(
  'keep',
  'null',
  'redact',
  { rule: 'redact', with: 'x' },
  { rule: 'redact' },
  { rule: 'constant', value: '${x}' },
  { rule: 'constant', value: 0 },
  { rule: 'keep-last', n: 4 },
  { rule: 'sql', sql: "left(a, 2) || '$${'" },
  { rule: 'null' },
);

const options = fc.record({
  mask: optional(fc.dictionary(plainWord, rule, { maxKeys: 2, noNullPrototype: true })),
  where: optional(text),
  limit: optional(fc.integer({ min: 1 })),
  exclude: optional(fc.array(word, { maxLength: 2 })),
  verify: optional(fc.constantFrom(...VERIFY_LEVELS)),
});
const set = (environments: string[]) =>
  fc.record({
    from: fc.constantFrom(...environments),
    to: fc.constantFrom(...environments),
    description: optional(text),
    publish: optional(fc.constantFrom(...PUBLISH_SCOPES)),
    mode: optional(fc.constantFrom(...LOAD_MODES)),
    schema: optional(fc.constantFrom(...SCHEMA_POLICIES)),
    compression: optional(fc.record({ codec: fc.constantFrom(...CODECS) })),
    partSize: optional(fc.constantFrom('128MB', 8192, '1GiB')),
    tables: fc.uniqueArray(plainWord, { minLength: 1, maxLength: 4 }).chain((names) =>
      fc.tuple(
        ...names.map((table) =>
          fc.oneof(
            fc.constant(`s.${table}`),
            options.map((own) => ({ [`s.${table}`]: own })),
          ),
        ),
      ),
    ),
  });

/** Documents that are sound, whatever characters are in them. */
export const anyConfig = fc
  .dictionary(name, fc.oneof(environment, mssql), { minKeys: 1, maxKeys: 3, noNullPrototype: true })
  .chain((environments) =>
    fc.record({
      version: fc.constant(1),
      environments: fc.constant(environments),
      transferSets: fc.dictionary(name, set(Object.keys(environments)), { maxKeys: 2, noNullPrototype: true }),
    }),
  );
