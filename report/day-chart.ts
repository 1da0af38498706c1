/** Rows per day as bars, in SVG that stands in a page by itself. */
import { count } from '../core/notify/words';
import type { TableReport } from '../core/types/month-report';
import { text } from './html';
import { isoDay } from './sheet';

const WIDTH = 960;
const HEIGHT = 180;
/** Room for figures on the left, for days below, and above the highest bar. */
const LEFT = 84;
const BOTTOM = 22;
const TOP = 10;
const DAY_MS = 86_400_000;
/** A calendar this much longer than the days there are would be nothing but room between them. */
const SPARSE = 4;
const SPARSE_DAYS = 366;

type ChartData = Pick<TableReport, 'days' | 'gaps' | 'anomalies' | 'statistics' | 'tolerance'>;

interface Slots {
  count: number;
  /** Of a day; undefined when it is not in the chart. */
  of(day: string): number | undefined;
}

/** Bars of every day with its figures, the median as a line, tolerance as a band, and gaps as marks on the axis. */
export function dayChart({ days, gaps, anomalies, statistics, tolerance }: ChartData): string {
  const first = [days[0]?.[0], gaps[0]?.from].filter((day) => day !== undefined).sort()[0];
  if (first === undefined) return '';
  const slots = slotsOf(days, gaps);
  const classes = new Map(anomalies.map((each) => [each.day, each]));
  const top = days.reduce((most, [, rows]) => Math.max(most, rows), (statistics?.median ?? 0) * 1.05) || 1;
  const step = (WIDTH - LEFT) / slots.count;
  const gap = step > 3 ? 1 : 0;
  const x = (slot: number): number => LEFT + slot * step;
  const y = (rows: number): number => HEIGHT - BOTTOM - (rows / top) * (HEIGHT - BOTTOM - TOP);
  const rect = (kind: string, left: number, from: number, width: number, height: number, title: string): string =>
    `<rect class="${kind}" x="${at(left)}" y="${at(from)}" width="${at(width)}" height="${at(height)}"><title>${text(title)}</title></rect>`;

  const bars = days.flatMap(([day, rows]) => {
    const slot = slots.of(day);
    if (slot === undefined) return [];
    const found = classes.get(day);
    const kind =
      found && found.class !== 'ordinary' ? (found.class.startsWith('extremely') ? 'extreme' : 'odd') : 'bar';
    const why =
      found && found.class !== 'ordinary' ? `, ${found.class}: ${percent(found.difference)} of the median` : '';
    const height = Math.max(HEIGHT - BOTTOM - y(rows), rows > 0 ? 1 : 0);
    return [rect(kind, x(slot), HEIGHT - BOTTOM - height, step - gap, height, `${day}: ${count(rows)} rows${why}`)];
  });
  const marks = gaps.flatMap(({ from, to, days: missing }) => {
    const [left, right] = [slots.of(from), slots.of(to)];
    if (left === undefined || right === undefined) return [];
    const span = from === to ? from : `${from} to ${to}`;
    const title = `${span}: ${missing === 1 ? '1 day' : `${count(missing)} days`} without rows`;
    // A day of years is narrower than anybody sees.
    const width = Math.max((right - left + 1) * step, 2);
    return [
      rect('gap', x(left), TOP, width, HEIGHT - BOTTOM - TOP, title),
      rect('missing', x(left), HEIGHT - BOTTOM, width, 4, title),
    ];
  });
  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Rows per day">`,
    ...marks,
    band(statistics?.median, tolerance, y),
    ...bars,
    median(statistics?.median, y),
    `<path class="axis" d="M${LEFT} ${HEIGHT - BOTTOM}H${WIDTH}"/>`,
    label(LEFT - 6, TOP + 4, count(top), 'end'),
    label(LEFT - 6, HEIGHT - BOTTOM, '0', 'end'),
    label(LEFT, HEIGHT - 4, first, 'start'),
    label(WIDTH, HEIGHT - 4, lastOf(days, gaps), 'end'),
    '</svg>',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** What stands where in the chart. */
export const CHART_LEGEND =
  '<p class="legend"><span class="key bar"></span>rows of a day <span class="key odd"></span>beyond the tolerance <span class="key extreme"></span>extreme <span class="key gap"></span>days without rows <span class="key median"></span>median and tolerance</p>';

export const CHART_STYLE = `
.chart { width: 100%; height: auto; display: block; margin: .5rem 0; }
.chart .bar { fill: #4c7fd0; } .chart .odd { fill: var(--other); } .chart .extreme { fill: var(--bad); }
.chart .gap { fill: var(--bad); opacity: .12; } .chart .missing { fill: var(--bad); }
.chart .band { fill: var(--good); opacity: .14; } .chart .median { stroke: var(--good); stroke-dasharray: 6 4; fill: none; }
.chart .axis { stroke: var(--line); fill: none; }
.chart text { fill: var(--dim); font: 11px system-ui, sans-serif; }
.legend { color: var(--dim); font-size: .85em; margin: .25rem 0; }
.key { display: inline-block; width: .8em; height: .8em; margin: 0 .35em 0 .9em; vertical-align: -.05em; }
.key.bar { background: #4c7fd0; } .key.odd { background: var(--other); } .key.extreme { background: var(--bad); }
.key.gap { background: var(--bad); opacity: .4; } .key.median { background: var(--good); opacity: .6; }
`;

/** A place for each day of the calendar; where that is mostly empty, one for each day that there is something to say of. */
function slotsOf(days: ChartData['days'], gaps: ChartData['gaps']): Slots {
  const known = [...new Set([...days.map(([day]) => day), ...gaps.flatMap(({ from, to }) => [from, to])])].sort();
  const start = dayOf(known[0] ?? '');
  const span = dayOf(known.at(-1) ?? '') - start + 1;
  if (span <= Math.max(SPARSE_DAYS, SPARSE * known.length)) return { count: span, of: (day) => dayOf(day) - start };
  const places = new Map(known.map((day, index) => [day, index]));
  return { count: known.length, of: (day) => places.get(day) };
}

const dayOf = (iso: string): number => Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY_MS);

const lastOf = (days: ChartData['days'], gaps: ChartData['gaps']): string =>
  isoDay(Math.max(...[days.at(-1)?.[0], gaps.at(-1)?.to].flatMap((day) => (day === undefined ? [] : [dayOf(day)]))));

function band(middle: number | undefined, tolerance: number | undefined, y: (rows: number) => number): string {
  if (middle === undefined || tolerance === undefined) return '';
  const above = Math.max(y(middle * (1 + tolerance / 100)), 0);
  const below = y(middle * Math.max(0, 1 - tolerance / 100));
  return `<rect class="band" x="${LEFT}" y="${at(above)}" width="${WIDTH - LEFT}" height="${at(below - above)}"/>`;
}

const median = (middle: number | undefined, y: (rows: number) => number): string =>
  middle === undefined
    ? ''
    : `<path class="median" d="M${LEFT} ${at(y(middle))}H${WIDTH}"><title>median: ${count(middle)} rows</title></path>`;

const label = (x: number, y: number, words: string, anchor: string): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${text(words)}</text>`;

const at = (value: number): string => String(Math.round(value * 100) / 100);

/** `+12.5 %`. */
export const percent = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(1)} %`;
