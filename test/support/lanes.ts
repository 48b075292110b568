// `npm test`: the whole suite in two lanes side by side, about as long as each other: tests of faults mostly wait, and those
// in a browser leave the work to it. With WITH_TRIALS=1 those follow that take minutes of chance each. Prints one lane after the
// other; the last line counts all. What it is told beside goes to mocha: `npm test -- --grep …`.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const lanes = [
  ['unit', 'storage', 'http'],
  ['fault', 'browser', 'clients', 'examples'],
]

const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js')
const tests = fileURLToPath(new URL('../', import.meta.url))

type Counts = { passed: number; failed: number; skipped: number }

/** @param say is given what the lane prints, as it comes */
function runLane(folders: readonly string[], say: (text: string) => unknown): Promise<Counts> {
  const files = folders.map(folder => join(tests, folder, '**/*.test.js'))
  const child = spawn(process.execPath, [mocha, ...files, ...process.argv.slice(2)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) },
  })
  let end = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      say(text)
      end = (end + text).slice(-2_000)
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve(countsIn(end, code)))
  })
}

/** From the line of reporter.cjs; a lane that did not come so far has failed. */
function countsIn(end: string, code: number | null): Counts {
  const [, passed, failed, skipped = 0] = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(end) ?? []
  const counts = { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped) }
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

const trials = process.env.WITH_TRIALS ? [['trials']] : []

const print = (text: string) => void process.stdout.write(text)
const later: string[] = []
const counts = await Promise.all(
  lanes.map((folders, lane) => runLane(folders, lane === 0 ? print : text => later.push(text))),
)
print(later.join(''))
// Alone: what they count depends on how soon processes get their turn.
for (const folders of trials) counts.push(await runLane(folders, print))
const sum = (name: keyof Counts) => counts.reduce((total, one) => total + one[name], 0)
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')]
print(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
process.exitCode = failed > 0 ? 1 : 0
