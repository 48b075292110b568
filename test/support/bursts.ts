// Many requests at once, and how long each took.
import { type Answer, aClient } from './client.js'

export type Timed = { answer: Answer; ms: number }

/**
 * Refreshes one token `count` times at once, by turns at each of these servers.
 * @param send how, where it is not by the API
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

/** The values at these shares of the whole: `quantiles(times, 0.5, 0.99)`, rounded. */
export function quantiles(values: readonly number[], ...shares: number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  return shares.map(share => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!))
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** How often a test that throws dice does so; more where the environment says so. */
export function trials(usual: number): number {
  return Number(process.env.TRIALS) || usual
}
