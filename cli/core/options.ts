/** Options and arguments of commands, declared once: parsing, types, help and reference all come from here. */

interface Described {
  description: string;
}

export type OptionSpec =
  | (Described & { kind: 'flag'; short?: string })
  | (Described & { kind: 'toggle'; negative: string })
  | (Described & { kind: 'text'; value: string; short?: string })
  | (Described & { kind: 'list'; value: string; short?: string })
  | (Described & { kind: 'integer'; value: string; fallback: number })
  | (Described & { kind: 'choice'; choices: readonly string[] });

/** What a handler gets for each option. */
export type OptionValue<S extends OptionSpec> = S extends { kind: 'flag' | 'toggle' }
  ? boolean
  : S extends { kind: 'integer' }
    ? number
    : S extends { kind: 'list' }
      ? string[]
      : S extends { kind: 'choice'; choices: readonly (infer C)[] }
        ? C | undefined
        : string | undefined;

export const flag = (description: string, short?: string) => ({ kind: 'flag', description, short }) as const;
/** On unless `--no-NAME` is given. */
export const toggle = (description: string, negative: string) => ({ kind: 'toggle', description, negative }) as const;
export const text = (value: string, description: string, short?: string) =>
  ({ kind: 'text', value, description, short }) as const;
/** May be given several times. */
export const list = (value: string, description: string, short?: string) =>
  ({ kind: 'list', value, description, short }) as const;
export const integer = (value: string, fallback: number, description: string) =>
  ({ kind: 'integer', value, fallback, description }) as const;
export const choice = <const C extends readonly string[]>(choices: C, description: string) =>
  ({ kind: 'choice', choices, description }) as const;

export interface ArgumentSpec {
  value: string;
  description: string;
  required: boolean;
  /** Takes all that follow; only the last argument can. */
  many?: boolean;
}

export const required = (value: string, description: string) => ({ value, description, required: true }) as const;
export const optional = (value: string, description: string) => ({ value, description, required: false }) as const;

/** One or more; the last argument of a command. */
export const several = (value: string, description: string) =>
  ({ value, description, required: true, many: true }) as const;

export type ArgumentValue<A extends ArgumentSpec> = A extends { many: true }
  ? string[]
  : A extends { required: true }
    ? string
    : string | undefined;

/** What commander hands over for an argument. */
export type GivenArgument = string | string[] | undefined;

/** As usage lines show it: `<NAME>`, `[NAME]`, `<FILE...>`. */
export const placeholderOf = ({ value, required: isRequired, many }: ArgumentSpec): string => {
  const name = many ? `${value}...` : value;
  return isRequired ? `<${name}>` : `[${name}]`;
};

/** `dryRun` → `--dry-run`. */
export const longFlag = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** As commander and the reference write it: `-t, --table <TABLE>`. */
export function flagsOf(name: string, spec: OptionSpec): string {
  const long = longFlag(name);
  const short = 'short' in spec && spec.short ? `-${spec.short}, ` : '';
  switch (spec.kind) {
    case 'flag':
    case 'toggle':
      return `${short}${long}`;
    case 'choice':
      return `${long} <${long.slice(2).toUpperCase()}>`;
    default:
      return `${short}${long} <${spec.value}>`;
  }
}
