import type { CommandContext } from './context';
import type { ArgumentSpec, ArgumentValue, GivenArgument, OptionSpec, OptionValue } from './options';

export interface CommandDefinition<A extends Record<string, ArgumentSpec>, O extends Record<string, OptionSpec>> {
  /** Noun and verb, e.g. `['transfer', 'run']`; a verb alone where there is no noun. */
  path: readonly [string] | readonly [string, string];
  /** One line, imperative, no full stop. */
  summary: string;
  /** What else a user should know. */
  details?: string;
  args: A;
  options: O;
  /** Command lines without `longshore`, each with a word on what it does. */
  examples: readonly (readonly [string, string])[];
  /** Returns the exit code; nothing means 0. */
  run(
    context: CommandContext,
    input: { args: { [K in keyof A]: ArgumentValue<A[K]> }; options: { [K in keyof O]: OptionValue<O[K]> } },
  ): Promise<number | void>;
}

/** A command with the types of its own options forgotten. */
export interface Command {
  path: readonly [string] | readonly [string, string];
  summary: string;
  details?: string;
  args: Record<string, ArgumentSpec>;
  options: Record<string, OptionSpec>;
  examples: readonly (readonly [string, string])[];
  invoke(
    context: CommandContext,
    args: Record<string, GivenArgument>,
    options: Record<string, unknown>,
  ): Promise<number | void>;
}

/** Declares a command. Parsing, help, reference and types of the handler's input come from the declaration. */
export function createCommand<const A extends Record<string, ArgumentSpec>, const O extends Record<string, OptionSpec>>(
  definition: CommandDefinition<A, O>,
): Command {
  type Input = Parameters<typeof definition.run>[1];
  return {
    path: definition.path,
    summary: definition.summary,
    details: definition.details,
    args: definition.args,
    options: definition.options,
    examples: definition.examples,
    // commander has checked them against the declaration.
    invoke: (context, args, options) =>
      definition.run(context, { args: args as Input['args'], options: options as Input['options'] }),
  };
}
