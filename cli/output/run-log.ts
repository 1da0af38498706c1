import type { RunEvent } from '../../catalog/month';
import type { Colours } from '../core/colours';
import { printable } from './text';

/** `2024-02-01 05:00:12  warning  text`. */
export function eventLine({ at, level, message }: RunEvent, colours: Colours): string {
  const time = at.toISOString().slice(0, 19).replace('T', ' ');
  const paint = level === 'error' ? colours.red : level === 'warning' ? colours.yellow : colours.dim;
  return `${colours.dim(time)}  ${paint(level.padEnd(7))}  ${printable(message)}`;
}
