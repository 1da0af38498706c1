/** docs/cli.md, from the declarations of the commands. */
import { EXIT } from '../schemas/constants';
import type { Command } from './core/create-command';
import { flagsOf, longFlag, placeholderOf } from './core/options';
import { GLOBAL_OPTIONS } from './core/program';

const EXIT_MEANING: Record<keyof typeof EXIT, string> = {
  done: 'done',
  failed: 'failed',
  usage: 'the command or the configuration is wrong',
  partial: 'some tables arrived, some did not',
  refused: 'refused by a safety rule',
  cancelled: 'cancelled, or Ctrl-C while watching (the run then goes on)',
};

/** The reference of every command, as Markdown. */
export function renderCliReference(commands: readonly Command[], nouns: Readonly<Record<string, string>>): string {
  const blocks = ['# Command line', 'Generated from the commands; `longshore COMMAND --help` shows the same.'];
  blocks.push('Options of every command:', table(GLOBAL_OPTIONS.map(([flags, text]) => [code(flags), text])));
  const codes = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map(
    (name) => [code(String(EXIT[name])), EXIT_MEANING[name]] as const,
  );
  blocks.push('Exit codes:', table(codes));
  blocks.push(
    'Where the servers are is taken from the configuration file (`temporal`, `catalog`), else from `LONGSHORE_TEMPORAL_ADDRESS`, `LONGSHORE_TEMPORAL_NAMESPACE` and `LONGSHORE_CATALOG_URL`, else from a `longshore up` that runs beside the configuration file. `LONGSHORE_CONFIG` stands in for `--config`, `LONGSHORE_USER` for the login name in the audit; `NO_COLOR` switches colours off. With `--json`, an error is printed on stdout as `{"error": {"code", "message", "place", "next"}}`; [errors.md](errors.md) lists the codes.',
  );
  let noun = '';
  for (const command of commands) {
    const [first, second] = command.path;
    if (second !== undefined && first !== noun) {
      noun = first;
      blocks.push(`## ${first}`, `${nouns[first] ?? ''}.`);
    }
    blocks.push(...section(command, second === undefined ? '##' : '###'));
  }
  return `${blocks.join('\n\n')}\n`;
}

function section(command: Command, level: string): string[] {
  const args = Object.values(command.args);
  const usage = ['longshore', ...command.path, ...args.map(placeholderOf)];
  if (Object.keys(command.options).length > 0) usage.push('[options]');
  const blocks = [`${level} ${command.path.join(' ')}`, `${command.summary}.`];
  if (command.details) blocks.push(command.details);
  blocks.push(`\`\`\`\n${usage.join(' ')}\n\`\`\``);
  const rows = args.map(({ value, description }) => [code(value), description] as const);
  for (const [name, spec] of Object.entries(command.options)) {
    const extra =
      spec.kind === 'choice'
        ? ` (${spec.choices.join(', ')})`
        : spec.kind === 'integer'
          ? ` (default: ${spec.fallback})`
          : '';
    rows.push([code(flagsOf(name, spec)), `${spec.description}${extra}`]);
    if (spec.kind === 'toggle') rows.push([code(`--no-${longFlag(name).slice(2)}`), spec.negative]);
  }
  if (rows.length > 0) blocks.push(table(rows));
  blocks.push(`\`\`\`\n${command.examples.map(([line, what]) => `longshore ${line}    # ${what}`).join('\n')}\n\`\`\``);
  return blocks;
}

const code = (text: string): string => `\`${text}\``;

const table = (rows: readonly (readonly [string, string])[]): string =>
  ['| | |', '| --- | --- |', ...rows.map(([left, right]) => `| ${left} | ${right.replaceAll('|', '\\|')} |`)].join(
    '\n',
  );
