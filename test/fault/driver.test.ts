// The driver of `npm run fault`, in small: every fault once, kills and role changes under load; and the driver itself, which
// must find a server that is wrong, and leave nothing behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { onMariaDb } from '../support/engines.js'
import { tied } from '../support/tied.js'
import { waitFor } from '../support/mariadb.js'

type Run = { child: ChildProcess; said: () => string; ended: Promise<number | null> }

function driver(...args: string[]): Run {
  const program = fileURLToPath(new URL('./driver/main.js', import.meta.url))
  const child = spawn(...tied(process.execPath, [program, ...args]), { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', chunk => {
      said += String(chunk)
    })
  }
  return { child, said: () => said, ended: new Promise(resolve => child.once('close', resolve)) }
}

/** Shows what it said, by which a figure is found again, and insists that the promise held. */
async function expectHeld(run: Run): Promise<void> {
  const code = await run.ended
  console.log(run.said().trim().replace(/^/gm, '      '))
  expect(code, 'exit code').to.equal(0)
}

onMariaDb('P1, P3 and P6 under faults', () => {
  it('P1: every fault that this machine can bring about, once', async () => {
    await expectHeld(driver('--trials', '200', '--sessions', '10', '--quick'))
  }).timeout(180_000)

  it('P3: kill -9 of everything, under load', async () => {
    await expectHeld(driver('--p3', '15'))
  }).timeout(90_000)

  it('P6: role changes under load', async () => {
    await expectHeld(driver('--roles', '40'))
  }).timeout(60_000)
})
