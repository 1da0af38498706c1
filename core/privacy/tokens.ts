/** Column names taken apart into words. */

/** Words of a name in lower case and without accents: `CustomerEMail_1` → customer, e, mail, 1. */
export function tokensOf(name: string): string[] {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/(\d+)/g, ' $1 ')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((token) => token !== '');
}

/** Where a phrase stands among words, however it is cut: `first name` in first, name and in firstname; undefined if not at all. */
export function findPhrase(tokens: readonly string[], phrase: string): { from: number; until: number } | undefined {
  const wanted = phrase.replaceAll(' ', '');
  for (let from = 0; from < tokens.length; from++) {
    let joined = '';
    for (let until = from; until < tokens.length && joined.length < wanted.length; until++) {
      joined += tokens[until]!;
      if (joined === wanted) return { from, until: until + 1 };
    }
  }
  return undefined;
}
