// `npm run bench` runs with each of its peers; its measurements need a machine that does nothing else.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { readBenchOptions } from '../bench/bench-options.js'
import { needsLinux, onMariaDb, onRedis } from '../support/engines.js'
import { tied } from '../support/tied.js'

const bench = fileURLToPath(new URL('../bench/bench.js', import.meta.url))

async function run(...args: string[]): Promise<{ code: number | null; out: string; complaints: string }> {
  const child = spawn(...tied(process.execPath, [bench, ...args]), { env: { ...process.env, QUICK: '1' } })
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  const [out, complaints, code] = await Promise.all([text(child.stdout!), text(child.stderr!), ended])
  return { code, out, complaints }
}

describe('the options of npm run bench', () => {
  for (const [wrong, args] of [
    ['There is no workload W9', ['--only', 'W2,W9']],
    ['There is no peer keycloak', ['--peers', 'keycloak']],
    ['--rounds and --seconds are numbers', ['--rounds', 'many']],
  ] as const)
    it(`are refused before anything starts: ${args.join(' ')}`, () => {
      expect(() => readBenchOptions(args)).to.throw(wrong)
    })

  it('accept a common prefix of several workloads for --only', () => {
    const { workloads, kit, stacks } = readBenchOptions(['--only', 'W4', '--peers', 'oidc'])
    expect({ workloads, kit, stacks }).to.deep.equal({
      workloads: ['W4 JWKS', 'W4 discovery', 'W4 health'],
      kit: false,
      stacks: ['darvoza', 'oidc'],
    })
  })
})

onMariaDb('npm run bench', () =>
  onRedis('with its peers', () => {
    it('measures every server, and compares the ratios with the goals', async function () {
      needsLinux(this)
      this.timeout(120_000)
      const { code, out, complaints } = await run('--only', 'W2,W6')
      expect(code, complaints).to.equal(0)
      for (const title of ['W2 refresh', 'W2, 8 sign-ins in flight', 'W6 issue, revoke, denied'])
        for (const server of ['this server', '@node-oauth/oauth2-server', 'oidc-provider'])
          expect(out).to.match(new RegExp(`^\\| ${title} \\| ${server}[^|]*\\| [\\d.]+ \\|`, 'm'))
      expect(out).to.match(/^\| W2 refresh \| oidc-provider \| 2\.5 \| 3\.5 \| [\d.]+ \| (aim|must|missed) \|$/m)
      expect(out).to.match(/^\| memory of the server process \| .* \| [\d.]+ \| (aim|must|missed) \|$/m)
      expect(out).to.match(/^\| W4 JWKS \| .* \| – \| {2}\|$/m)
    })
  }),
)
