/**
 * Heights of labels, at least `apart` from one another and in the order in which they come (highest first), each as near to where it wants to be as the
 * others let it: groups that meet share their mean.
 */
export function spreadApart(wanted: readonly number[], apart: number): number[] {
  const groups: { size: number; middle: number }[] = [];
  for (const height of wanted) {
    let group = { size: 1, middle: height };
    for (let above = groups.at(-1); above !== undefined; above = groups.at(-1)) {
      const reach = ((above.size + group.size) / 2) * apart;
      if (above.middle - group.middle >= reach) break;
      groups.pop();
      const size = above.size + group.size;
      // The middle of a group is the mean of what its members want.
      group = { size, middle: (above.size * above.middle + group.size * group.middle) / size };
    }
    groups.push(group);
  }
  return groups.flatMap(({ size, middle }) =>
    Array.from({ length: size }, (_, i) => middle + ((size - 1) / 2 - i) * apart),
  );
}
