import { Argument, Command as Commander, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LongshoreError, toLongshoreError } from '../../core/errors/longshore-error';
import { EXIT } from '../../schemas/constants';
import { coloursFor } from './colours';
import { createContext, type GlobalOptions } from './context';
import type { Command } from './create-command';
import { renderError } from './errors';
import { exitOfError } from './exit';
import type { Io } from './io';
import { flagsOf, type GivenArgument, longFlag, type OptionSpec, placeholderOf } from './options';

export interface ProgramOptions {
  commands: readonly Command[];
  /** What each noun stands for. */
  nouns: Readonly<Record<string, string>>;
  version: string;
}

export const GLOBAL_OPTIONS: readonly (readonly [string, string])[] = [
  ['--config <FILE>', 'configuration file (default: longshore.yaml, or LONGSHORE_CONFIG)'],
  ['--json', 'print results and errors as JSON on stdout'],
  ['-q, --quiet', 'no progress and no notes'],
  ['--no-color', 'no colours'],
];

/** Runs a command line. Resolves with the exit code; never throws. */
export async function runCli(argv: readonly string[], io: Io, options: ProgramOptions): Promise<number> {
  const wantsJson = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json');
  let exitCode: number = EXIT.done;
  const program = buildProgram(io, options, async (command, args, values, global) => {
    const context = createContext(io, global);
    try {
      exitCode = (await command.invoke(context, args, values)) ?? EXIT.done;
    } finally {
      await context.close();
    }
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    return printFailure(
      error instanceof CommanderError ? usageError(error) : error,
      io,
      wantsJson,
      !argv.includes('--no-color'),
    );
  }
}

function printFailure(error: unknown, io: Io, json: boolean, colour: boolean): number {
  const report = toLongshoreError(error).toJSON();
  if (json) io.out(`${JSON.stringify({ error: report }, null, 2)}\n`);
  else {
    const colours = coloursFor({ env: io.env, outIsTerminal: io.errIsTerminal }, colour);
    io.err(`${renderError(report, colours, io.columns())}\n`);
    if (report.code === 'INTERNAL' && io.env.LONGSHORE_DEBUG && error instanceof Error) io.err(`${error.stack}\n`);
  }
  return exitOfError(report.code);
}

/** `error: unknown command 'trasfer'\n(Did you mean transfer?)` in our words. */
function usageError(error: CommanderError): LongshoreError {
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n');
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  const next = hint ? hint.replace(/^\((.*)\)$/, '$1') : undefined;
  return new LongshoreError('USAGE', sentence.replace(/\.\.$/, '.'), {}, next ? { next } : {});
}

type Invoke = (
  command: Command,
  args: Record<string, GivenArgument>,
  options: Record<string, unknown>,
  global: GlobalOptions,
) => Promise<void>;

function buildProgram(io: Io, { commands, nouns, version }: ProgramOptions, invoke: Invoke): Commander {
  const program = new Commander('longshore');
  // Inherited by every command made below.
  program
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: () => undefined,
      getOutHelpWidth: () => io.columns() ?? 100,
      getErrHelpWidth: () => io.columns() ?? 100,
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .helpCommand(false);
  program
    .description('Moves tables between databases, durably and provably.')
    .version(version, '--version', 'print the version');
  for (const [flags, description] of GLOBAL_OPTIONS) program.option(flags, description);
  program.addHelpText('after', '\nlongshore COMMAND --help shows options and examples of a command.\n');

  const groups = new Map<string, Commander>();
  for (const command of commands) {
    const [first, second] = command.path;
    let parent = program;
    if (second !== undefined) {
      parent = groups.get(first) ?? program.command(first).description(nouns[first] ?? '');
      groups.set(first, parent);
    }
    register(parent.command(second ?? first), command, program, io, invoke);
  }
  return program;
}

function register(target: Commander, command: Command, program: Commander, io: Io, invoke: Invoke): void {
  target
    .summary(command.summary)
    .description(command.details ? `${command.summary}.\n\n${command.details}` : `${command.summary}.`);
  for (const argument of Object.values(command.args)) {
    target.addArgument(new Argument(placeholderOf(argument), argument.description));
  }
  for (const [name, spec] of Object.entries(command.options)) {
    target.addOption(toOption(name, spec));
    if (spec.kind === 'toggle') target.addOption(new Option(`--no-${longFlag(name).slice(2)}`, spec.negative));
  }
  target.allowExcessArguments(false);
  const examples = command.examples.map(([line, what]) => `  longshore ${line}\n      ${what}`);
  target.addHelpText('after', `\nExamples:\n${examples.join('\n')}\n`);
  target.action(async (...received: unknown[]) => {
    const values = target.opts<Record<string, unknown>>();
    const args = Object.fromEntries(
      Object.keys(command.args).map((name, index) => [name, received[index] as GivenArgument]),
    );
    await invoke(command, args, withDefaults(command.options, values), globalOptions(program, io));
  });
}

function toOption(name: string, spec: OptionSpec): Option {
  const option = new Option(
    flagsOf(name, spec),
    spec.kind === 'integer' ? `${spec.description} (default: ${spec.fallback})` : spec.description,
  );
  switch (spec.kind) {
    case 'choice':
      return option.choices(spec.choices);
    case 'integer':
      return option.argParser(positiveInteger);
    case 'list':
      return option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    default:
      return option;
  }
}

function positiveInteger(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return number;
}

function withDefaults(specs: Record<string, OptionSpec>, values: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = values[name];
    if (spec.kind === 'flag') result[name] = value === true;
    else if (spec.kind === 'toggle') result[name] = value !== false;
    else if (spec.kind === 'list') result[name] = value ?? [];
    else if (spec.kind === 'integer') result[name] = value ?? spec.fallback;
    else result[name] = value;
  }
  return result;
}

function globalOptions(program: Commander, io: Io): GlobalOptions {
  const given = program.opts<{ config?: string; json?: boolean; quiet?: boolean; color?: boolean }>();
  const config = given.config ?? io.env.LONGSHORE_CONFIG;
  return {
    json: given.json === true,
    quiet: given.quiet === true,
    colour: given.color !== false,
    config: config ?? 'longshore.yaml',
    configGiven: config !== undefined,
  };
}
