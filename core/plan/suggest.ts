import { distance } from 'fastest-levenshtein';

/** Up to three of `candidates` that `name` may have been meant to be, the closest first. */
export function suggest(name: string, candidates: readonly string[]): string[] {
  const wanted = name.toLowerCase();
  const last = (text: string) => text.slice(text.lastIndexOf('.') + 1);
  const score = (candidate: string) => {
    const text = candidate.toLowerCase();
    // A table that is right but for its schema is a better guess than one that happens to be spelt alike.
    return Math.min(distance(wanted, text), distance(last(wanted), last(text)) + (wanted === text ? 0 : 1));
  };
  const limit = Math.max(2, Math.floor(last(wanted).length / 3));
  const guesses = candidates
    .map((candidate) => ({ candidate, score: score(candidate) }))
    .filter((guess) => guess.score <= limit);
  const best = Math.min(...guesses.map((guess) => guess.score));
  return guesses
    .filter((guess) => guess.score <= best + 1)
    .toSorted((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map((guess) => guess.candidate);
}

/** ` Did you mean a or b?`, or nothing: to stand at the end of a message. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const guesses = suggest(name, candidates);
  return guesses.length === 0 ? '' : ` Did you mean ${listWords(guesses, 'or')}?`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listWords(words: readonly string[], joiner: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${joiner} ${words.at(-1)}`;
}
