// `npm test`: runs the whole suite in parallel lanes, one more than cores, since each lane waits at times: for a
// database, a browser, a process that starts. A finished lane takes the next batch of files, the most expensive folder
// first, so that all end at about the same time. WITH_TRIALS=1, as in .ci/run, adds test/fault, test/clients and
// test/trials, whose trials take minutes each; the ones that measure time run after all others. Output is printed batch
// by batch; the last line has the totals. Other arguments go to mocha: `npm test -- --grep …`. Costs of each file:
// `TIMES=1 npm test`.
import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')
const tests = fileURLToPath(new URL('../', import.meta.url))

const withTrials = Boolean(process.env.WITH_TRIALS)
/**
 * Number of batches by folder, in the order of their start: a batch costs the start of a process and of what its files
 * share. test/fault and test/clients are a third of the total cost.
 */
const folders = { ...(withTrials && { fault: 2, clients: 1 }), browser: 2, http: 4, examples: 1, storage: 1, unit: 1 }
/**
 * Folders of trials, for WITH_TRIALS=1. `counted` trials have no deadlines and are started first, in parallel with the
 * folders above. The others have deadlines and follow afterwards: `waiting` trials, which mostly wait for faults and
 * reconnections, in two lanes; then, one at a time, those that keep every core busy.
 */
const trials = { counted: 'trials/counted', waiting: 'trials/waiting', alone: 'trials' }
const lanes = Math.max(2, Math.min(availableParallelism() + 1, 4))

/** Totals of a batch; `failures` is the failure section of mocha's summary. */
type Counts = { passed: number; failed: number; skipped: number; failures: string }

/**
 * All test files of a folder, in `count` batches of about the same size in bytes, which is a good estimate of their
 * cost.
 */
function batchesOf(folder: string, count: number): string[][] {
  const sizes = readdirSync(join(tests, folder), { recursive: folder !== trials.alone, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.js'))
    .map(name => join(tests, folder, name))
    .map(file => ({ file, size: statSync(file).size }))
    .sort((one, other) => other.size - one.size)
  const batches = Array.from({ length: count }, () => ({ files: [] as string[], size: 0 }))
  for (const { file, size } of sizes) {
    const least = batches.reduce((found, one) => (one.size < found.size ? one : found))
    least.files.push(file)
    least.size += size
  }
  return batches.map(({ files }) => files.sort()).filter(files => files.length > 0)
}

/** @param say receives the output of the batch as it comes */
function runBatch(files: readonly string[], say: (text: string) => unknown): Promise<Counts> {
  const child = spawn(process.execPath, [mocha, ...files, ...process.argv.slice(2)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
  })
  let end = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      say(text)
      end = (end + text).slice(-60_000)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(countsIn(end, code)))
  })
}

/** Totals from the last line of reporter.cjs; a batch without that line has failed. */
function countsIn(end: string, code: number | null): Counts {
  const [, passed, failed, skipped = 0] =
    [...end.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1) ?? []
  const failures = /^.*\b\d+ failing\b[\s\S]*(?=^\d+ passed, )/m.exec(end)?.[0] ?? ''
  const counts = { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped), failures }
  if (counts.failed === 0 && (code !== 0 || passed === undefined)) {
    Object.assign(counts, { failed: 1, failures: `  1 batch ended with ${code}:\n${end.slice(-2_000)}\n` })
  }
  return counts
}

const print = (text: string) => void process.stdout.write(text)
const waiting = Object.entries(folders).flatMap(([folder, count]) => batchesOf(folder, count))
if (withTrials) waiting.unshift(...batchesOf(trials.counted, 2))
const counts: Counts[] = []
const begun: { printed: string; isOver: boolean }[] = []

/** Prints the output of the oldest running batch, and of finished batches after it. */
function printOldest(): void {
  for (let oldest = begun[0]; oldest; oldest = begun[0]) {
    print(oldest.printed)
    oldest.printed = ''
    if (!oldest.isOver) return
    begun.shift()
  }
}

async function runLane(): Promise<void> {
  for (let files = waiting.shift(); files; files = waiting.shift()) {
    const batch = { printed: '', isOver: false }
    begun.push(batch)
    const counted = await runBatch(files, text => {
      batch.printed += text
      printOldest()
    })
    counts.push(counted)
    batch.isOver = true
    printOldest()
  }
}

const runLanes = (count: number) => Promise.all(Array.from({ length: count }, runLane))

await runLanes(lanes)
if (withTrials) {
  waiting.push(...batchesOf(trials.waiting, 2))
  await runLanes(2)
  waiting.push(...batchesOf(trials.alone, 1))
  await runLanes(1)
}
const sum = (name: 'passed' | 'failed' | 'skipped') => counts.reduce((total, one) => total + one[name], 0)
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')]
if (!withTrials) print('\ntest/fault, test/clients and test/trials were left out: WITH_TRIALS=1 npm test\n')
// Failures are repeated at the end of the output, where readers look first.
if (failed > 0) print(`\nWhat failed:\n${counts.map(one => one.failures).join('')}`)
print(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
process.exitCode = failed > 0 ? 1 : 0
