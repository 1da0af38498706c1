/** What is wrong, by the parser's code. Its own messages are not used: they quote the file, which may hold secrets. */
import type { ErrorCode } from 'yaml';

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'An alias (`*name`) can have no anchor or tag of its own.',
  BAD_ALIAS: 'YAML reads a word that starts with `*` as an alias: put it in quotes.',
  BAD_DIRECTIVE:
    'A line that starts with `%` is a directive of YAML, and this one is not known: put the value in quotes.',
  BAD_DQ_ESCAPE:
    'A backslash in double quotes starts an escape, and this one is not known: double it, or use single quotes.',
  BAD_INDENT: 'The indentation does not fit the lines around it, or a bracket is not closed.',
  BAD_SCALAR_START: 'A value cannot start with this character: put it in quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'There is a second `:` on this line: put the value in quotes, or start a new line.',
  BLOCK_IN_FLOW: 'Inside brackets, lists and maps are written with commas, not with indentation.',
  KEY_OVER_1024_CHARS: 'A key is longer than 1024 characters; a quote may be missing.',
  MISSING_CHAR: 'A quote, bracket, comma or `:` is missing here or before.',
  MULTILINE_IMPLICIT_KEY: 'A key goes over several lines; a `:` may be missing.',
  MULTIPLE_ANCHORS: 'A value can have one anchor (`&name`) only.',
  MULTIPLE_DOCS: 'The file holds several documents, separated by `---`; a configuration is one.',
  MULTIPLE_TAGS: 'A value can have one tag (`!name`) only.',
  TAB_AS_INDENT: 'The line is indented with a tab; YAML takes spaces only.',
  TAG_RESOLVE_FAILED: 'YAML reads a word that starts with `!` as a tag: put it in quotes.',
  UNEXPECTED_TOKEN: 'This does not belong here: a quote, bracket or comma is missing or too many.',
};

export const syntaxMessage = (code: ErrorCode): string => MESSAGES[code] ?? 'This is not valid YAML.';
