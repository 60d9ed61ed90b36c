/** More edits than this is another word, not a slip. */
const EDITS_MAX = 3;

/**
 * `; did you mean --x?`, where a known word is near enough (Levenshtein distance), or nothing. Of two that are as
 * near, the longer: a letter left out is likelier than one too many.
 */
export function didYouMean(written: string, known: readonly string[], prefix = ""): string {
  const near = known
    .map((word) => ({ word, edits: distance(written.toLowerCase(), word) }))
    .filter(({ word, edits }) => edits <= Math.min(EDITS_MAX, word.length - 1))
    .sort((a, b) => a.edits - b.edits || b.word.length - a.word.length)[0];
  return near === undefined ? "" : `; did you mean ${prefix}${near.word}?`;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
