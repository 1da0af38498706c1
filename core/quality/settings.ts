/** What is checked of a table, with every default filled in. */
import type { QualityEntry } from '../../schemas/month-batch';
import type { CalendarSettings, QualityRule, QualitySettings } from '../types/quality';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** What holds where nothing is configured. Fresh at each call: results may be changed. */
export const defaultQuality = (): QualitySettings => ({
  levels: {
    completeness: 'critical',
    range: 'critical',
    anomalies: 'warning',
    duplicates: 'critical',
    columns: 'critical',
    types: 'critical',
    widths: 'critical',
    nulls: 'warning',
    encoding: 'critical',
  },
  anomalies: { tolerance: 10, minDays: 5 },
  nulls: {},
  calendar: { days: 'all', weekend: [0, 6], closed: [], open: [] },
  rules: [],
  samples: 20,
  minScore: 0,
});

/**
 * Settings of a table from what batch, templates and table say, the more general first. Later entries win: value by value
 * in levels, anomalies, nulls and calendar, rule by rule by their names, lists as wholes. A weekend or a region without
 * `days` asks for business days, since neither would mean anything otherwise.
 */
export function effectiveQuality(entries: readonly (QualityEntry | undefined)[]): QualitySettings {
  const settings = defaultQuality();
  const rules = new Map<string, QualityRule>();
  let days: CalendarSettings['days'] | undefined;
  for (const entry of entries) {
    if (!entry) continue;
    const { mode, levels, anomalies, nulls, calendar, samples, minScore } = entry;
    if (mode !== undefined) settings.mode = mode;
    Object.assign(settings.levels, given(levels));
    Object.assign(settings.anomalies, given(anomalies));
    Object.assign(settings.nulls, given(nulls));
    if (calendar) {
      const { weekend, days: own, ...rest } = calendar;
      Object.assign(settings.calendar, given(rest));
      if (weekend)
        settings.calendar.weekend = [...new Set(weekend.map((day) => WEEKDAYS.indexOf(day)))].toSorted((a, b) => a - b);
      days = own ?? days ?? (weekend || calendar.region !== undefined ? 'business' : undefined);
    }
    for (const rule of entry.rules ?? []) rules.set(rule.name, rule);
    settings.samples = samples ?? settings.samples;
    settings.minScore = minScore ?? settings.minScore;
  }
  settings.calendar.days = days ?? 'all';
  settings.rules = [...rules.values()];
  return settings;
}

/** Without what was left out: that must not hide what a more general entry says. */
const given = (values: object | undefined): object =>
  Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== undefined));
