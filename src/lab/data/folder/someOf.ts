/** The first names in words: `a, b, c and 12 more`. */
export function someOf(names: readonly string[], shown = 5): string {
  const listed = names.slice(0, shown).join(", ");
  return names.length > shown ? `${listed} and ${names.length - shown} more` : listed;
}
