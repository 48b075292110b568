const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/**
 * Reads a duration as people write it: `90s`, `15m`, `1h`, `30d`.
 * @returns whole seconds, or null when the text is not one
 */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})([smhd])$/.exec(text.trim())
  if (!match) return null
  return Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds]
}

/** Writes whole seconds the way `parseDuration` reads them, in the largest unit that fits: 3600 is `1h`, 90 is `90s`. */
export function formatDuration(seconds: number): string {
  for (const unit of ['d', 'h', 'm'] as const) {
    if (seconds > 0 && seconds % unitSeconds[unit] === 0) return `${seconds / unitSeconds[unit]}${unit}`
  }
  return `${seconds}s`
}
