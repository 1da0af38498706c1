/** Calendar arithmetic in a time zone, by Intl. A wall time is written as milliseconds as if it were UTC. */
import { LongshoreError } from '../errors/longshore-error';

const DAY = 86_400_000;

export class TimeZone {
  private readonly format: Intl.DateTimeFormat;

  /** `name` is an IANA zone. Throws CONFIG_INVALID when there is no such zone. */
  constructor(readonly name: string) {
    try {
      this.format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        calendar: 'gregory',
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        era: 'short',
      });
    } catch (error) {
      throw new LongshoreError(
        'CONFIG_INVALID',
        `'${name}' is not a time zone.`,
        {},
        { cause: error, next: 'Use an IANA name such as Europe/Berlin or UTC.' },
      );
    }
  }

  /** What a clock on the wall shows at an instant. */
  wallTime(instant: number): number {
    const parts = Object.fromEntries(this.format.formatToParts(instant).map(({ type, value }) => [type, value]));
    const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
    const seconds =
      utc(year, Number(parts['month']), Number(parts['day'])) +
      Number(parts['hour']) * 3_600_000 +
      Number(parts['minute']) * 60_000 +
      Number(parts['second']) * 1000;
    return seconds + (((instant % 1000) + 1000) % 1000);
  }

  /** The instant of a wall time: the first of two when clocks go back; as far after the gap when they go forward. */
  instant(wall: number): number {
    const offsetAt = (instant: number) => this.wallTime(instant) - instant;
    const before = offsetAt(wall - DAY);
    const after = offsetAt(wall + DAY);
    const candidates = [wall - before, wall - after].filter((instant) => this.wallTime(instant) === wall);
    return candidates.length > 0 ? Math.min(...candidates) : wall - before;
  }
}

/** Milliseconds of midnight on a day, months from 1 and allowed to run over. Years below 100 are meant as written. */
export function utc(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

export const addDays = (wall: number, days: number): number => wall + days * DAY;
export const startOfDay = (wall: number): number => Math.floor(wall / DAY) * DAY;
