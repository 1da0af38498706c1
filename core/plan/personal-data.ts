/** Columns that nobody has decided about: those that look like personal data, and those that are new to a masked table. */
import type { MaskRule } from '../../schemas/mask';
import { LongshoreError } from '../errors/longshore-error';
import { detectPersonalData } from '../privacy/detect';
import { tableId } from '../types/table';
import type { TablePlan } from '../types/transfer';
import type { TableMasks } from './masks';
import type { TableCandidate } from './table-plan';

/** What comes of undecided columns: refusals, warnings, and columns to leave out. */
export interface UndecidedColumns {
  problems: LongshoreError[];
  warnings: string[];
  /** Source columns that `newColumns: exclude` leaves out. */
  leftOut: string[];
}

/** Looks at the columns of one table that have neither a mask nor `keep`. */
export function undecidedColumns(candidate: TableCandidate, plan: TablePlan, decided: TableMasks): UndecidedColumns {
  const { settings, path } = candidate;
  const id = tableId(plan.source.ref);
  const place = { table: id, ...(path !== undefined && { path: `${path}.mask` }) };
  const open = plan.columns.filter(({ source }) => !(source in decided.masks) && !decided.kept.includes(source));
  const result: UndecidedColumns = { problems: [], warnings: [], leftOut: [] };

  const isMasked = Object.keys(settings.mask).length > 0;
  const known = candidate.lastColumns;
  const added = isMasked && known ? open.filter(({ source }) => !known.includes(source)) : [];
  for (const { source: column } of added) {
    const text = `Column ${column} of ${id} is new since the last good run, and no rule says whether it is to be masked`;
    if (settings.newColumns === 'refuse')
      result.problems.push(new LongshoreError('NEW_COLUMN', `${text}.`, { ...place, column }));
    else if (settings.newColumns === 'exclude') {
      result.leftOut.push(column);
      result.warnings.push(`${text}: it is left out.`);
    } else result.warnings.push(`${text}: it is copied as it is.`);
  }

  if (settings.personalData === 'ignore') return result;
  const looked = open.filter(({ source }) => !result.leftOut.includes(source));
  const findings = detectPersonalData(
    looked.map(({ source: name, sourceType: nativeType, logical }) => ({ name, nativeType, logical })),
    candidate.samples,
  );
  for (const { column, kind, because, suggestion } of findings) {
    const by = { name: 'by its name', content: 'by its values', both: 'by its name and its values' }[because];
    const what = kind === 'name' ? "somebody's name" : kind.replaceAll('-', ' ');
    const text = `Column ${column} of ${id} looks like ${what} ${by} and is not masked`;
    const advice = `Suggested: mask: { ${column}: ${asYaml(suggestion)} }, or ${column}: keep when it is harmless.`;
    if (settings.personalData === 'refuse')
      result.problems.push(new LongshoreError('PERSONAL_DATA', `${text}.`, { ...place, column }, { next: advice }));
    else result.warnings.push(`${text}. ${advice}`);
  }
  return result;
}

/** A rule as it is written in a configuration. */
function asYaml(rule: MaskRule): string {
  if (typeof rule === 'string') return rule;
  const settings = Object.entries(rule).map(([name, value]) => `${name}: ${String(value)}`);
  return `{ ${settings.join(', ')} }`;
}

/** Columns of a plan without those left out; a plan that loses them all keeps none, which planning reports. */
export const withoutColumns = (plan: TablePlan, leftOut: readonly string[]): TablePlan =>
  leftOut.length === 0 ? plan : { ...plan, columns: plan.columns.filter(({ source }) => !leftOut.includes(source)) };
