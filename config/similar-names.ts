// Finds misspelt names of our settings.

/** Names this short resemble many unrelated variables of an environment: HOME is no misspelt HOST. */
const shortName = 7

/** Names that other software sets: Kubernetes gives each container the addresses of services. */
const others = /_(PORT|SERVICE_HOST)(_|$)/

/**
 * @param isOurs whether the name stands in a place that only our settings belong to
 * @returns the setting that is meant, or null
 */
export function similarSettingName(name: string, settings: readonly string[], isOurs: boolean): string | null {
  if (settings.includes(name)) return null
  const written = name.toUpperCase().replaceAll('-', '_')
  const bare = written.replace(/^DARVOZA_/, '')
  if (settings.includes(bare) && (isOurs || !others.test(written))) return bare
  for (const setting of settings) {
    if (setting.length <= shortName && !isOurs) continue
    const edits = setting.length <= shortName ? 1 : 2
    if (Math.abs(setting.length - bare.length) <= edits && distance(bare, setting) <= edits) return setting
  }
  if (bare.startsWith(oursAlone)) {
    const [nearest] = settings
      .filter(setting => setting.startsWith(oursAlone))
      .map(setting => ({ setting, far: distance(bare, setting) }))
      .sort((one, other) => one.far - other.far)
    return nearest?.setting ?? null
  }
  return null
}

/** No other software's variables begin so: `LEGACY_JWT_SIGNING_KEY` is simplejwt's word for one of them. */
const oursAlone = 'LEGACY_JWT_'

/** The edit distance of two names: letters changed, omitted, inserted, or two swapped (optimal string alignment). */
function distance(one: string, other: string): number {
  const rows = [[...Array(other.length + 1).keys()]]
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same)
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
    }
    rows.push(row)
  }
  return rows[one.length]![other.length]!
}
