// The fault driver (`npm run fault`) in small: every fault once, kills and role changes under load. Also the driver
// itself: it must detect a faulty server, and leave no process, folder or namespace behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { type FaultName, faults } from '../../fault/driver/faults.js'
import { redisServer } from '../../fault/driver/redis.js'
import { needsLinux, onMariaDb, skipFor } from '../../support/engines.js'
import { waitFor } from '../../support/mariadb.js'
import { tied } from '../../support/tied.js'

type Run = { child: ChildProcess; said: () => string; ended: Promise<number | null> }

function driver(...args: string[]): Run {
  const program = fileURLToPath(new URL('../../fault/driver/main.js', import.meta.url))
  const child = spawn(...tied(process.execPath, [program, ...args]), { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', chunk => {
      said += String(chunk)
    })
  }
  return { child, said: () => said, ended: new Promise(resolve => child.once('close', resolve)) }
}

/** Prints the output of the runs with their seeds, and expects exit code 0 of each. */
async function expectHeld(...runs: Run[]): Promise<void> {
  const codes = await Promise.all(runs.map(run => run.ended))
  for (const { said } of runs) console.log(said().trim().replace(/^/gm, '      '))
  expect(codes, 'exit codes').to.deep.equal(runs.map(() => 0))
}

const faultNames = Object.keys(faults) as FaultName[]

/** Several runs in parallel: their servers mostly wait. */
onMariaDb('the promises under faults', () => {
  before(function () {
    if (!redisServer) skipFor(this, 'redis-server is not installed (apt-get install redis-server)')
  })

  it('P1: hold for every fault that this machine supports, with and without Redis and resource servers', async () => {
    const small = (names: readonly string[]) => [
      ...['--sessions', '8', '--quick', '--trials', String(8 * names.length)],
      ...names.flatMap(name => ['--only', name]),
    ]
    const ofVerifiers = faultNames.filter(name => 'needs' in faults[name] && faults[name].needs === 'verifiers')
    const ofServers = faultNames.filter(name => !ofVerifiers.includes(name))
    const half = Math.ceil(ofServers.length / 2)
    await expectHeld(
      driver('--redis', ...small(ofServers.slice(0, half))),
      driver('--redis', ...small(ofServers.slice(half))),
      driver('--redis', '--verifiers', '5', ...small(['none', ...ofVerifiers])),
      driver('--no-redis', ...small(faultNames.filter(name => !('needs' in faults[name])))),
    )
  }).timeout(240_000)

  it('P3 and P6: hold for kill -9 of every process and for role changes, under load', async () => {
    await expectHeld(driver('--p3', '12'), driver('--roles', '30'))
  }).timeout(90_000)
})

onMariaDb('the fault driver', () => {
  let stale: Run
  let leases: Run
  const few = ['--stale', '--no-redis', '--quick', '--trials', '12']
  // In parallel: both runs mostly wait.
  before(() => {
    stale = driver(...few, '--only', 'none')
    leases = driver(...few, '--verifiers', '4', '--only', 'verifiers-cut', '--hold', '4500', '--sessions', '12')
  })
  after(() => {
    for (const { child } of [stale, leases]) child.kill('SIGKILL')
  })

  it('reports a violation by servers that treat a stale projection as fresh', async () => {
    const { ended, said } = stale
    expect(await ended, said()).to.equal(1)
    expect(said()).to.match(/Violation: trial \d+, .* begun [2-9]\d{3} ms after, .*, accepted/)
  }).timeout(60_000)

  it('reports a violation by resource servers whose leases never end', async () => {
    const { ended, said } = leases
    expect(await ended, said()).to.equal(1)
    expect(said()).to.match(/Violation: trial \d+, .* orders at verifier-\d+, begun [2-9]\d{3} ms after, .*, accepted/)
  }).timeout(90_000)

  it('leaves no process, folder or namespace behind when it is killed', async function () {
    needsLinux(this)
    const { child, ended } = driver('--no-redis', '--only', 'cut-database', '--only', 'none', '--trials', '1000')
    const folder = `darvoza-fault-${child.pid}-`
    const folders = () => readdirSync(tmpdir()).filter(name => name.startsWith(folder))
    await waitFor(async () => expect(processesWith(folder, 'server/main.js')).to.have.length(2))
    expect(folders()).to.have.length(1)
    child.kill('SIGKILL')
    await ended
    await waitFor(async () => {
      expect(processesWith(folder)).to.deep.equal([])
      expect(folders()).to.deep.equal([])
      expect(existsSync(`/run/netns/darvoza-fault-${child.pid}`)).to.equal(false)
    }, 5_000)
  }).timeout(40_000)

  for (const args of [['--only', 'earthquake'], ['--trials', 'many'], ['--p2', '1', '--p3', '1'], ['--surprise']]) {
    it(`refuses ${args.join(' ')} with exit code 2 and a one-line reason`, async () => {
      const { ended, said } = driver(...args)
      expect(await ended).to.equal(2)
      expect(said()).to.match(/^.+\nnpm run fault/)
    })
  }
})

/** The ids of processes whose environment names this folder, and whose command line names this program. */
function processesWith(folder: string, program = ''): string[] {
  const has = (pid: string, file: string, text: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(text)
  return readdirSync('/proc').filter(pid => {
    try {
      return /^\d+$/.test(pid) && has(pid, 'environ', folder) && has(pid, 'cmdline', program)
    } catch {
      // The process has ended meanwhile, or belongs to another user.
      return false
    }
  })
}
