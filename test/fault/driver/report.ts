// The report of a P1 run: one row for each fault, the totals, and every violation and wrong refusal.
import { quantiles } from '../../support/bursts.js'
import { faults } from './faults.js'
import { bound, type Violation } from './judge.js'
import type { Verdict } from './ledger.js'
import type { P1Result, Tally } from './p1.js'
import { drawTable, middleAndWorst, spread } from './table.js'

/** How many details of one kind are printed. */
const enough = 20

/** @returns whether the promise held */
export function reportP1(result: P1Result, say: (line: string) => void): boolean {
  const { manyCounters, skipped, accidents } = result
  const total = (of: (counters: Tally) => number) => manyCounters.reduce((sum, counters) => sum + of(counters), 0)
  const wrongIn = (counters: Tally) => counters.wrong.length + counters.signedOut.length
  const row = (counters: Tally) => [
    counters.fault,
    counters.redis ? 'yes' : 'no',
    counters.rounds,
    counters.trials,
    counters.unknown.length,
    counters.violations.length,
    wrongIn(counters),
    spread(counters.here),
    spread(counters.there),
    spread(counters.atVerifiers),
    middleAndWorst(counters.recovery),
  ]
  const head = ['fault', 'Redis', 'rounds', 'trials', 'unknown', 'violations', 'wrong refusals']
  const times = ['refused here', 'elsewhere', 'at verifiers', 'recovery']
  say('')
  say(drawTable([[...head, ...times], ...manyCounters.map(row)]))
  say('')
  say(
    'Refused: ms from the answer of a revoke until the server that was asked, the other one and resource servers refuse the token:',
  )
  say(
    'p50/p99/max. Recovery: ms from the lifting of the fault (a killed process is started) until each server spends a',
  )
  say('refresh token and accepts the fresh access token: p50/max.')
  const struck = new Set(manyCounters.map(counters => counters.fault))
  for (const name of struck) say(`  ${name.padEnd(18)}${faults[name].what}`)
  for (const line of new Set(skipped)) say(`Left out: ${line}`)

  const [violations, wrong] = [manyCounters.flatMap(one => one.violations), manyCounters.flatMap(one => one.wrong)]
  const signedOut = manyCounters.flatMap(one => one.signedOut)
  const lost = manyCounters.filter(one => one.recovery.some(ms => !Number.isFinite(ms)))
  details(
    'Unknown',
    manyCounters.flatMap(one => one.unknown.map(line => `${one.fault}, ${line}`)),
    say,
  )
  details('Violation', violations.map(violationLine), say)
  details('Wrong refusal', [...wrong.map(wrongLine), ...signedOut], say)
  details(
    'Did not recover',
    lost.map(one => one.fault),
    say,
  )
  details('Accident', accidents, say)

  const trials = total(counters => counters.trials)
  say('')
  for (const redis of [true, false]) {
    const quiet = manyCounters.find(one => one.fault === 'none' && one.redis === redis)
    if (quiet) say(`Without a fault, ${redis ? 'with' : 'without'} Redis: ${goals(quiet)}`)
  }
  say(
    `P1: ${trials} trials, ${violations.length} violations (accepted although begun more than ${bound} ms after the answer), ` +
      `${total(wrongIn)} wrong refusals, ${accidents.length} accidents`,
  )
  return trials > 0 && [violations, wrong, signedOut, lost, accidents].every(list => list.length === 0)
}

/** P1's goals without a fault. */
function goals({ here, there, atVerifiers, redis }: Tally): string {
  const p99 = (times: number[]) => quantiles(times, 0.99)[0]
  return `p99 ${p99(here)} ms at the server that was asked (goal 150), ${p99(there)} ms elsewhere (goal ${redis ? 150 : 1_000})${
    atVerifiers.length > 0 ? `, ${p99(atVerifiers)} ms at resource servers (goal ${redis ? 150 : 1_000})` : ''
  }`
}

function details(what: string, lines: readonly string[], say: (line: string) => void): void {
  for (const line of lines.slice(0, enough)) say(`${what}: ${line}`)
  if (lines.length > enough) say(`${what}: … and ${lines.length - enough} more`)
}

function violationLine({ revoked, verdict, after }: Violation): string {
  const { trial, trigger, via } = revoked
  const took = Math.round(verdict.ended - verdict.begun)
  return `trial ${trial}, ${trigger} at ${via}: ${verdict.path} at ${verdict.server}, begun ${Math.round(after)} ms after, took ${took} ms, accepted`
}

function wrongLine({ token, server, path, status, reason }: Verdict): string {
  return `token of ${typeof token === 'number' ? `trial ${token}` : token}: ${path} at ${server} answered ${status} ${reason}`
}
