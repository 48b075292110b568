// How far a revocation has been applied by verifiers, as text.
import type { Receipt } from '../../../identity/logs/receipts.js'
import type { Frame } from '../frame.js'

/** Number of lagging verifiers that are named. */
const mostNamed = 5

/** The text for a receipt; null if nothing is known. */
export function receiptText(receipt: Receipt | null, frame: Frame): string | null {
  if (!receipt) return null
  const { t, format, may } = frame
  const { enforced, writtenAt, verifiers, applied, lagging } = receipt
  if (enforced) return enforcedText(enforced.verifiers, enforced.at - writtenAt, frame)
  if (lagging.length === 0) return null
  const counts = { applied: format.number(applied), all: format.number(verifiers) }
  if (!may('darvoza:revocations:read')) return t('receipts.partly', counts)
  const names = lagging.slice(0, mostNamed).map(({ applicationId, name }) => `${applicationId} ${name}`)
  const until = Math.max(...lagging.map(one => one.leaseUntil))
  return t('receipts.lagging', { ...counts, names: names.join(', '), time: format.exactTime(until) })
}

export function enforcedText(count: number, ms: number, { t, format }: Pick<Frame, 't' | 'format'>): string {
  return t('receipts.enforced', { count, ms: format.number(Math.max(0, ms)) })
}
