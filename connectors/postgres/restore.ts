/** SQL that gives a table what another had: owner, grants, triggers, rules, policies, comments. Pure text. */
import { tableId, type TableRef } from '../../core/types/table';
import { optionList } from './ddl';
import type { DependentRule, DependentView, Grant, LivePolicy, LiveTable } from './dependents';
import { ident, literal, qualified } from './sql';

const role = (name: string | null): string => (name === null ? 'PUBLIC' : ident(name));

/** Points a view at the tables that now have the names in its text; its identity, grants and dependents stay. */
export function replaceViewSql(view: DependentView): string {
  const options = view.options && view.options.length > 0 ? ` WITH (${optionList(view.options)})` : '';
  return `CREATE OR REPLACE VIEW ${qualified(view)}${options} AS ${view.definition.replace(/;\s*$/, '')}`;
}

export function replaceRuleSql(rule: DependentRule): string[] {
  const on = qualified({ schema: rule.schema, name: rule.on });
  const statements = [rule.definition.replace(/^CREATE RULE/, 'CREATE OR REPLACE RULE').replace(/;\s*$/, '')];
  const state = { D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' }[rule.enabled];
  if (state !== undefined && rule.own) statements.push(`ALTER TABLE ${on} ${state} RULE ${ident(rule.name)}`);
  if (rule.comment !== null && rule.own)
    statements.push(`COMMENT ON RULE ${ident(rule.name)} ON ${on} IS ${literal(rule.comment)}`);
  return statements;
}

/** Grants exactly these; `present` are those who have something now, from default privileges. */
export function grantSql(
  kind: 'TABLE' | 'SEQUENCE',
  ref: TableRef,
  wanted: { hasGrants: boolean; grants: Grant[]; owner: string },
  present: (string | null)[],
): string[] {
  const on = `${kind} ${qualified(ref)}`;
  const others = [...new Set(present)].filter((grantee) => grantee !== wanted.owner);
  const revoked = wanted.hasGrants ? [...others, wanted.owner] : others;
  const statements = revoked.map((grantee) => `REVOKE ALL ON ${on} FROM ${role(grantee)}`);
  return wanted.hasGrants ? [...statements, ...grants(wanted.grants, on)] : statements;
}

function grants(list: readonly Grant[], on: string, column?: string): string[] {
  return list.map(({ grantee, privilege, grantable }) => {
    const what = column === undefined ? privilege : `${privilege} (${ident(column)})`;
    return `GRANT ${what} ON ${on} TO ${role(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`;
  });
}

export function tableGrantsSql(live: LiveTable, present: (string | null)[]): string[] {
  return [
    ...grantSql('TABLE', live, live, present),
    ...live.columns.flatMap((column) => grants(column.grants, `TABLE ${qualified(live)}`, column.name)),
  ];
}

export function triggersSql(live: LiveTable): string[] {
  return live.triggers.flatMap(({ name, definition, enabled, comment }) => {
    const statements = [definition];
    const state = { D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' }[enabled];
    if (state !== undefined) statements.push(`ALTER TABLE ${qualified(live)} ${state} TRIGGER ${ident(name)}`);
    if (comment !== null)
      statements.push(`COMMENT ON TRIGGER ${ident(name)} ON ${qualified(live)} IS ${literal(comment)}`);
    return statements;
  });
}

const COMMANDS: Record<string, string> = { '*': 'ALL', r: 'SELECT', a: 'INSERT', w: 'UPDATE', d: 'DELETE' };

export function policiesSql(live: LiveTable): string[] {
  const on = qualified(live);
  const create = (policy: LivePolicy): string[] => {
    const using = policy.using === null ? '' : ` USING (${policy.using})`;
    const check = policy.check === null ? '' : ` WITH CHECK (${policy.check})`;
    const head = `CREATE POLICY ${ident(policy.name)} ON ${on} AS ${policy.permissive ? 'PERMISSIVE' : 'RESTRICTIVE'} FOR ${COMMANDS[policy.command] ?? 'ALL'} TO ${policy.roles.map(role).join(', ')}`;
    return [
      `${head}${using}${check}`,
      ...(policy.comment === null
        ? []
        : [`COMMENT ON POLICY ${ident(policy.name)} ON ${on} IS ${literal(policy.comment)}`]),
    ];
  };
  const flags = [
    live.rowSecurity && `ALTER TABLE ${on} ENABLE ROW LEVEL SECURITY`,
    live.forceRowSecurity && `ALTER TABLE ${on} FORCE ROW LEVEL SECURITY`,
  ].filter((flag) => flag !== false);
  return [...live.policies.flatMap(create), ...flags];
}

/** Staging bears a comment of its own, so the table's is set even when it had none. */
export function commentsSql(live: LiveTable): string[] {
  const on = qualified(live);
  const text = (comment: string | null): string => (comment === null ? 'NULL' : literal(comment));
  const statements = [`COMMENT ON TABLE ${on} IS ${text(live.comment)}`];
  for (const { name, comment } of live.columns)
    if (comment !== null) statements.push(`COMMENT ON COLUMN ${on}.${ident(name)} IS ${literal(comment)}`);
  for (const { name, comment } of [
    ...live.constraints,
    ...live.foreignKeys.filter(({ from }) => tableId(from) === tableId(live)),
  ]) {
    if (comment !== null) statements.push(`COMMENT ON CONSTRAINT ${ident(name)} ON ${on} IS ${literal(comment)}`);
  }
  for (const { name, comment } of live.indexes)
    if (comment !== null)
      statements.push(`COMMENT ON INDEX ${qualified({ schema: live.schema, name })} IS ${literal(comment)}`);
  return statements;
}
