// The verdict on a refresh token that did not win its rotation. Pure: rows and times come in, a verdict goes out.
//
// A session remembers which generations were rotated away lately in two spans, each at most one grace long: `window` began with
// the rotation at `windowStartedAt`, `older` is the span before it. With them every generation rotated away at most one grace ago
// is known, and none rotated away more than two graces ago is taken for it.

export type RotationSpans = {
  generation: number
  /** When the current generation began, and the one before it was rotated away. */
  rotatedAt: number
  windowFrom: number
  windowStartedAt: number
  olderFrom: number
  olderStartedAt: number
}

/** A period in which no server could answer; epoch ms. */
export type Outage = { startedAt: number; endedAt: number }

export type RotationVerdict =
  /** The session's current token. */
  | 'current'
  /** Rotated away within the grace: answered with the current token. */
  | 'forgiven'
  /** Rotated away before that: another party has a copy (RFC 9700 §4.14.2). */
  | 'reused'
  /** Ahead of the row: not ours, or the database went back. Change nothing. */
  | 'ahead'

/**
 * @param generation of the token that was presented
 * @param now epoch ms
 * @param grace ms
 * @param outage the latest one, if any: a client that could not reach us gets its grace afterwards
 */
export function judgeGeneration(
  generation: number,
  spans: RotationSpans,
  now: number,
  grace: number,
  outage: Outage | null,
): RotationVerdict {
  if (generation > spans.generation) return 'ahead'
  if (generation === spans.generation) return 'current'
  const span = spanOf(generation, spans, grace)
  if (grace === 0 || span === null) return 'reused'
  return now <= forgivenUntil(span, grace, outage) ? 'forgiven' : 'reused'
}

/** The time of a span's first rotation, and the latest possible time of its last one; epoch ms. */
type Span = { startedAt: number; endedAt: number }

/**
 * A span's last rotation is at most one grace after its first. A longer span was made under a greater grace: a policy
 * that was tightened, or undone, ends no session because of a rotation that was forgiven at the time.
 */
function spanOf(generation: number, spans: RotationSpans, grace: number): Span | null {
  const { windowFrom, windowStartedAt, olderFrom, olderStartedAt, rotatedAt } = spans
  if (generation >= windowFrom)
    return { startedAt: windowStartedAt, endedAt: Math.max(windowStartedAt + grace, rotatedAt) }
  if (generation < olderFrom) return null
  const longer = windowStartedAt - olderStartedAt > 2 * grace
  return { startedAt: olderStartedAt, endedAt: longer ? windowStartedAt : olderStartedAt + grace }
}

function forgivenUntil({ startedAt, endedAt }: Span, grace: number, outage: Outage | null): number {
  const until = endedAt + grace
  const beganWithin = outage !== null && outage.startedAt <= until && outage.endedAt >= startedAt
  return beganWithin ? Math.max(until, outage.endedAt + grace) : until
}

/** The spans after `spans.generation` is rotated away at `now`. The stores do the same in SQL. */
export function advanceSpans(spans: RotationSpans, now: number, grace: number): RotationSpans {
  const age = now - spans.windowStartedAt
  const next = { ...spans, generation: spans.generation + 1, rotatedAt: now }
  if (age <= grace) return next
  next.windowFrom = spans.generation
  next.windowStartedAt = now
  // The second conditions are for a window that was made under a greater grace: its end counts.
  const known = age <= 2 * grace || now - spans.rotatedAt <= grace
  next.olderFrom = known ? spans.windowFrom : spans.generation
  next.olderStartedAt = known ? Math.max(spans.windowStartedAt, spans.rotatedAt - grace) : now
  return next
}
