/** More edits than this is another word, not a slip; of a short word, one in three letters. */
const EDITS_MAX = 3;
const LETTERS_PER_EDIT = 3;

/** The known word nearest to what was written, where it is near enough. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly edits: number } | undefined;
  for (const word of known) {
    const letters = Math.max(written.length, word.length);
    const editsMax = Math.min(EDITS_MAX, Math.max(1, Math.floor(letters / LETTERS_PER_EDIT)), letters - 1);
    if (Math.abs(written.length - word.length) > editsMax) continue;
    const edits = distance(written.toLowerCase(), word.toLowerCase());
    if (edits <= editsMax && (best === undefined || edits < best.edits)) best = { word, edits };
  }
  return best?.word;
}

/** Letters to insert, leave out, replace, or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let edits = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      next.push(edits);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
