// Concurrent requests and their durations.
import { type Answer, aClient } from './client.js'

export type Timed = { answer: Answer; ms: number }

/**
 * Sends one refresh token `count` times concurrently, to the servers in turn.
 * @param send another way to refresh than by the API
 */
export function refreshAtOnce(
  urls: readonly string[],
  refresh: string,
  count: number,
  send: (server: { url: string }, refresh: string) => Promise<Answer> = (server, token) =>
    aClient(server).refresh(token),
): Promise<Timed[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const startedAt = performance.now()
      const answer = await send({ url: urls[index % urls.length]! }, refresh)
      return { answer, ms: performance.now() - startedAt }
    }),
  )
}

/** Quantiles, rounded: `quantiles(times, 0.5, 0.99)`. */
export function quantiles(values: readonly number[], ...shares: number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  return shares.map(share => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!))
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** The number of rounds of a randomized test; TRIALS overrides it. */
export function trials(usual: number): number {
  return Number(process.env.TRIALS) || usual
}
