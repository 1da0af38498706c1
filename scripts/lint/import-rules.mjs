/**
 * The import table of the house, as an oxlint rule: which folder may import what. `packages` and `folders` may be
 * imported freely, `types` only with `import type`. A folder may always import itself. What is not named is refused.
 */
const NODE = /^node:/;
const TEMPORAL_CORE = /^@temporalio\/(common|client)/;
/** Without I/O, clock or randomness. */
const PURE = /^fastest-levenshtein$/;
const ANY = /./;

export const TABLE = {
  schemas: { packages: [/^zod$/], folders: ['core'], only: { core: /^core\/(types|errors|suggest)/ } },
  core: { packages: [PURE], folders: ['schemas'], only: { schemas: /^schemas\/constants$/ }, types: ['schemas'] },
  config: { packages: [NODE, PURE, /^yaml$/, /^zod$/], folders: ['core', 'schemas'] },
  connectors: {
    packages: [NODE, /^zod$/],
    folders: ['core', 'schemas', 'storage'],
    drivers: {
      postgres: [/^pg$/, /^pg-copy-streams$/, /^pg-connection-string$/],
      duckdb: [/^@duckdb\//],
      mssql: [/^tedious$/],
      snowflake: [/^snowflake-sdk$/],
    },
  },
  storage: { packages: [NODE], folders: ['core', 'schemas'] },
  catalog: { packages: [NODE, /^kysely/, /^pg$/, /^pg-connection-string$/], folders: ['core', 'schemas'] },
  notify: { packages: [NODE, /^nodemailer$/], folders: ['core', 'schemas'] },
  report: { packages: [/^write-excel-file\/node$/], folders: ['core', 'schemas'], types: ['catalog'] },
  workflows: {
    packages: [/^@temporalio\/(workflow|common)$/],
    folders: ['core', 'schemas'],
    only: { schemas: /^schemas\/constants$/ },
    types: ['activities', 'schemas'],
  },
  activities: {
    packages: [NODE, /^@temporalio\/(activity|common)$/],
    folders: ['core', 'schemas', 'catalog', 'storage', 'connectors', 'workflows', 'report'],
    only: { connectors: /^connectors\/(connector|reference-tables|warehouse)$/, workflows: /\/messages$/ },
    types: ['config', 'notify'],
  },
  worker: {
    packages: [ANY],
    folders: [
      'activities',
      'catalog',
      'config',
      'connectors',
      'core',
      'notify',
      'report',
      'schemas',
      'storage',
      'workflows',
    ],
    only: { workflows: /\/(messages|queues|search-attributes)$/ },
  },
  client: {
    packages: [NODE, PURE, /^zod$/, TEMPORAL_CORE],
    folders: ['catalog', 'config', 'core', 'schemas', 'storage', 'workflows'],
    // Files on this machine are recognised and converted without a worker; parts in flight are the worker's alone.
    only: { workflows: /\/(messages|queues|search-attributes)$/, storage: /^storage\/(files|drop-tree)(\/|$)/ },
    types: ['workflows'],
  },
  api: { packages: [ANY], folders: ['client', 'core', 'schemas'] },
  cli: {
    packages: [NODE, /^(commander|picocolors|yaml|zod)$/],
    folders: ['client', 'config', 'core', 'notify', 'report', 'schemas', 'storage'],
    only: { storage: /^storage\/(files|month\/sample-file)(\/|$)/ },
    types: ['catalog'],
    // Commands that start something may reach what they start.
    starters: { files: /^cli\/commands\/(up|worker|serve)(\/|\.)/, folders: ['worker', 'api', 'dev'] },
  },
  dev: {
    packages: [ANY],
    folders: ['catalog', 'cli', 'client', 'config', 'connectors', 'core', 'schemas', 'worker', 'workflows'],
    only: { connectors: /^connectors\/type-matrix$/ },
  },
  web: { packages: [ANY], folders: [], types: ['schemas'] },
  bench: {
    packages: [ANY],
    folders: [
      'activities',
      'api',
      'catalog',
      'cli',
      'client',
      'config',
      'connectors',
      'core',
      'dev',
      'schemas',
      'storage',
      'worker',
      'workflows',
    ],
  },
  examples: { packages: [ANY], folders: ['client', 'schemas'] },
};

/** Path relative to the project, with slashes, without extension; undefined for a package. */
function resolveImport(from, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/').replace(/\.[cm]?[jt]s$/, '');
}

/** Why `file` (relative to the project) may not import `specifier`; undefined when it may. */
export function refusal(file, specifier, isType) {
  const [folder, sub] = file.split('/');
  const rule = TABLE[folder];
  if (!rule || !file.includes('/')) return undefined;
  const target = resolveImport(file, specifier);
  if (target === undefined) {
    const drivers = rule.drivers?.[sub] ?? [];
    if ([...rule.packages, ...drivers].some((allowed) => allowed.test(specifier))) return undefined;
    return `${folder}/ may not import the package "${specifier}".`;
  }
  const [other, otherSub] = target.split('/');
  if (other === folder) {
    const siblings = rule.drivers && file.split('/').length > 2 && otherSub in rule.drivers && otherSub !== sub;
    return siblings ? `${folder}/${sub} may not import its sibling ${folder}/${otherSub}.` : undefined;
  }
  if (isType && rule.types?.includes(other)) return undefined;
  const free =
    rule.folders.includes(other) || (rule.starters?.files.test(file) && rule.starters.folders.includes(other));
  if (!free) return `${folder}/ may not import from ${other}/.`;
  const only = rule.only?.[other];
  return !only || only.test(target) ? undefined : `${folder}/ may not import ${target}; of ${other}/ only ${only}.`;
}

const layers = {
  create(context) {
    const filename = context.filename.replaceAll('\\', '/');
    const cwd = context.cwd.replaceAll('\\', '/');
    if (!filename.startsWith(`${cwd}/`)) return {};
    const file = filename.slice(cwd.length + 1);
    const check = (node, source, isType) => {
      if (typeof source?.value !== 'string') return;
      const message = refusal(file, source.value, isType);
      if (message) context.report({ node: source, message });
    };
    const onlyTypes = (node, kind) =>
      node[kind] === 'type' || (node.specifiers?.length > 0 && node.specifiers.every((each) => each[kind] === 'type'));
    return {
      ImportDeclaration: (node) => check(node, node.source, onlyTypes(node, 'importKind')),
      ExportNamedDeclaration: (node) => check(node, node.source, onlyTypes(node, 'exportKind')),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source, false),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal ?? node.argument, true),
      CallExpression(node) {
        if (node.callee.type === 'Identifier' && node.callee.name === 'require') check(node, node.arguments[0], false);
      },
    };
  },
};

/** Wall clock and randomness make core/ untestable and workflows differ between runs of one history. */
const pure = {
  create(context) {
    const report = (node, what) =>
      context.report({ node, message: `core/ takes ${what} as an argument, it does not make one.` });
    const isMember = (node, object, property) =>
      node.type === 'MemberExpression' && node.object.name === object && node.property.name === property;
    return {
      CallExpression(node) {
        if (isMember(node.callee, 'Date', 'now') || isMember(node.callee, 'performance', 'now'))
          report(node, 'the time');
        if (isMember(node.callee, 'Math', 'random') || node.callee.object?.name === 'crypto')
          report(node, 'randomness');
      },
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0) report(node, 'the time');
      },
      MemberExpression(node) {
        if (node.object.name === 'process') context.report({ node, message: 'core/ knows no process.' });
      },
    };
  },
};

export default { meta: { name: 'longshore' }, rules: { layers, pure } };
