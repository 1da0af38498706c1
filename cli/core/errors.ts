import { describePlace, type ConfigProblem, type ErrorReport } from '../../core/errors/longshore-error';
import { printable, wrap } from '../output/text';
import type { Colours } from './colours';

/** An error as four things: code, what happened, where, what to do next. */
export function renderError(report: ErrorReport, colours: Colours, width = 100): string {
  const place = describePlace(report.place);
  const block = (label: string, text: string): string => {
    const [first = '', ...rest] = wrap(printable(text), Math.max(30, width - 8));
    return [`  ${colours.dim(label.padEnd(6))}${first}`, ...rest.map((line) => `        ${line}`)].join('\n');
  };
  const many = report.problems !== undefined && report.problems.length > 1;
  // The message of many problems lists them for logs; here each gets a line below.
  const message = many ? (report.message.split('\n', 1)[0] ?? '') : report.message;
  const lines = [`${colours.red(colours.bold(report.code))} ${printable(message)}`];
  if (many) lines.push(...problemLines(report.problems ?? [], colours));
  else if (place) lines.push(block('where', place));
  if (report.place.sql) lines.push(block('sql', report.place.sql));
  lines.push(block('next', report.next));
  return lines.join('\n');
}

/** Everything that is wrong with a configuration, a line for each: `file:line:column  path: message`. */
function problemLines(problems: readonly ConfigProblem[], colours: Colours): string[] {
  return problems.map(({ file, line, column, path, message }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    return `  ${colours.dim(printable(place))}  ${path ? `${printable(path)}: ` : ''}${printable(message)}`;
  });
}
