/** Name patterns as configurations write them: `*` stands for any run of characters, `?` for one. */

export const hasWildcard = (pattern: string): boolean => /[*?]/.test(pattern);

/** Whether `text` matches the whole pattern; case counts unless `ignoreCase`. */
export function matchesPattern(pattern: string, text: string, ignoreCase = false): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su').test(text);
}

/** How much of a name the pattern spells out: of two patterns that match one table, the one that says more wins. */
export const specificity = (pattern: string): number => pattern.replace(/[*?]/g, '').length;
