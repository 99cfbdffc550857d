/** The candidates by their edit distance (Levenshtein) to what was written, nearest first. */
export function nearestNames(written: string, candidates: readonly string[]): string[] {
  return candidates
    .map((name) => ({ name, distance: editDistance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const current = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const substitution = previous[j]! + (a[i] === b[j] ? 0 : 1);
      current.push(Math.min(substitution, previous[j + 1]! + 1, current[j]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
