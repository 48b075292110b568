// Suggests the known name that a misspelt one may stand for (edit distance).

/** The largest distance, in characters inserted, omitted, changed or swapped. */
const furthest = 2

/** The nearest of the known names, or null where none is near. */
export function nearest(typed: string, known: readonly string[]): string | null {
  const text = typed.toLowerCase().slice(0, 40)
  const far = known.map(name => ({ name, distance: distanceOf(text, name) }))
  const [best] = far.sort((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.min(furthest, best.name.length - 1) ? best.name : null
}

/** 1 where one contains the other as a word (`user_id` and `user`); else the Damerau–Levenshtein distance. */
function distanceOf(a: string, b: string): number {
  if (a !== b && (a.split('_').includes(b) || b.split('_').includes(a))) return 1
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : changed
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, changed, swapped))
    }
    ;[before, last] = [last, row]
  }
  return last[b.length]!
}
