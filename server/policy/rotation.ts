// What becomes of a refresh token that did not win its rotation. Pure: rows and times come in, a verdict goes out.
//
// A session remembers which generations were rotated away lately in two spans, each at most one grace long: `window` began
// with the rotation at `windowStartedAt`, `older` is the span before it. With them every generation rotated away at most
// one grace ago is known, and none rotated away more than two graces ago is taken for it.

export type RotationSpans = {
  generation: number
  windowFrom: number
  windowStartedAt: number
  olderFrom: number
  olderStartedAt: number
}

/** A time when nobody could answer; epoch ms. */
export type Outage = { startedAt: number; endedAt: number }

export type RotationVerdict =
  /** It is the session's present token. */
  | 'present'
  /** Rotated away within the grace: answer the present token. */
  | 'forgiven'
  /** Rotated away before: somebody else has a copy (RFC 9700 §4.14.2). */
  | 'reused'
  /** Ahead of the row: not ours, or the row went back. Touch nothing. */
  | 'ahead'

/**
 * @param generation of the token that was presented
 * @param now epoch ms
 * @param grace ms
 * @param outage the latest one, if any: a client that could not ask us gets its grace afterwards
 */
export function judgeGeneration(
  generation: number,
  spans: RotationSpans,
  now: number,
  grace: number,
  outage: Outage | null,
): RotationVerdict {
  if (generation > spans.generation) return 'ahead'
  if (generation === spans.generation) return 'present'
  const startedAt =
    generation >= spans.windowFrom ? spans.windowStartedAt : generation >= spans.olderFrom ? spans.olderStartedAt : null
  if (grace === 0 || startedAt === null) return 'reused'
  return now <= forgivenUntil(startedAt, grace, outage) ? 'forgiven' : 'reused'
}

/** A span's last rotation is at most one grace after its first, so all of it may be forgiven for two. */
function forgivenUntil(startedAt: number, grace: number, outage: Outage | null): number {
  const until = startedAt + 2 * grace
  const beganWithin = outage !== null && outage.startedAt <= until && outage.endedAt >= startedAt
  return beganWithin ? Math.max(until, outage.endedAt + grace) : until
}

/** How the spans move when `spans.generation` is rotated away at `now`. The stores say the same in SQL. */
export function moveSpans(spans: RotationSpans, now: number, grace: number): RotationSpans {
  const age = now - spans.windowStartedAt
  const next = { ...spans, generation: spans.generation + 1 }
  if (age <= grace) return next
  next.windowFrom = spans.generation
  next.windowStartedAt = now
  next.olderFrom = age <= 2 * grace ? spans.windowFrom : spans.generation
  next.olderStartedAt = age <= 2 * grace ? spans.windowStartedAt : now
  return next
}
