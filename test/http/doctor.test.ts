// `darvoza doctor URL`, run against resource servers with one flaw each and against correct ones.
import { expect } from 'chai'
import { createVerifier } from '../../server/verifier/verifier.js'
import { aConfidentialApplication, basic, inForm } from '../support/applications.js'
import { besideAServer, expectOneLine, expectRefused, patience, type TestCommandLine } from '../support/command-line.js'
import {
  aResourceServer,
  byJose,
  type Expected,
  type Flaw,
  flawed,
  fromQueryToo,
  type Judge,
  type ResourceServer,
} from '../support/flawed-resource-server.js'
import { issuer, type TestServer } from '../support/server.js'

const audience = 'https://orders.example'

type Found = { attack: string; verdict: string; answered: string; mend?: string }

describe('darvoza doctor', function () {
  this.timeout(patience)
  let server: TestServer
  let darvoza: TestCommandLine
  let secret: string
  let expected: Expected
  const opened: ResourceServer[] = []

  beforeEach(async () => {
    ;({ server, darvoza } = await besideAServer())
    const resource = {
      kind: 'resource_server',
      resource: audience,
      resourceScopes: [{ name: 'orders:read', description: '' }],
    } as const
    secret = await aConfidentialApplication(server, 'orders', resource)
    const answer = await fetch(`${server.url}/.well-known/jwks.json`)
    expected = { issuer, audience, jwks: ((await answer.json()) as { keys: Expected['jwks'] }).keys }
  })
  afterEach(() => {
    for (const one of opened.splice(0)) one.close()
  })

  async function at(judge: Judge, tokenOf?: Parameters<typeof aResourceServer>[1]): Promise<string> {
    const made = await aResourceServer(judge, tokenOf)
    opened.push(made)
    return made.url
  }

  /** Adds introspection to a judge, so that it refuses revoked tokens at once. */
  function exact(judge: Judge): Judge {
    return async token => (await judge(token)) && (await introspected(token))
  }

  /** Advances the manual clock of the server to real time: commands go by the clock of the database. */
  function followTheClock(): void {
    const behind = Math.ceil((Date.now() - server.clock.now()) / 1_000)
    if (behind > 0) server.clock.advance(`${behind}s`)
  }

  async function introspected(token: string): Promise<boolean> {
    followTheClock()
    const answer = await fetch(`${server.url}/oauth/introspect`, {
      method: 'POST',
      headers: { ...inForm, ...basic('orders', secret) },
      body: new URLSearchParams({ token }),
    })
    return ((await answer.json()) as { active: boolean }).active
  }

  async function examine(url: string, ...options: string[]): Promise<{ code: number | null; findings: Found[] }> {
    const { code, stdout, stderr } = await darvoza.run(['doctor', url, '--audience', audience, '--json', ...options])
    expect(stdout, stderr).not.to.equal('')
    return { code, findings: JSON.parse(stdout).findings }
  }

  const letIn = (findings: Found[]) => findings.filter(one => one.verdict === 'LET IN').map(one => one.attack)

  it('reports the attack that each flawed resource server accepts, with its fix', async () => {
    const cases: [Flaw, attacks: string[], mend: RegExp][] = [
      ['checks no scope', ['less_rights'], /403 insufficient_scope/],
      ['takes unsecured tokens', ['alg_none'], /algorithms: \["ES256"\]/],
      ['checks no audience', ['wrong_audience'], /Insist that `aud`/],
    ]
    for (const [flaw, attacks, mend] of cases) {
      const url = await at(flawed(flaw, { ...expected, scope: 'orders:read' }))
      const { code, findings } = await examine(url, '--until-expiry', '--revoked-for', '0', '--scope', 'orders:read')
      expect([code, letIn(findings)], flaw).to.deep.equal([1, attacks])
      expect(findings.find(one => one.attack === attacks[0])!.mend).to.match(mend)
    }
  })

  it('reports a resource server that fetches the jku of a token, even if it then refuses the token', async () => {
    const judge = flawed(null, expected)
    const url = await at(async token => {
      const { jku } = JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { jku?: string }
      if (jku) await (await fetch(jku)).text()
      return judge(token)
    })
    const { code, findings } = await examine(url, '--until-expiry', '--revoked-for', '0')
    expect([code, letIn(findings)]).to.deep.equal([1, ['key_address_followed']])
    expect(findings.find(one => one.attack === 'key_address_followed')!.answered).to.match(/2 times/)
  })

  it('reports only revoked_token for a correct JWKS verifier, and nothing with --until-expiry', async () => {
    const url = await at(flawed(null, expected))
    const { code, findings } = await examine(url, '--revoked-for', '100ms')
    expect(letIn(findings)).to.deep.equal(['revoked_token'])
    expect(code).to.equal(1)
    expect(findings.find(one => one.attack === 'revoked_token'))
      .to.include({ expected: 'refused' })
      .and.property('mend')
      .to.match(/darvoza\/verifier/)
    const agreed = await examine(url, '--revoked-for', '100ms', '--until-expiry')
    expect([agreed.code, letIn(agreed.findings)]).to.deep.equal([0, []])
  })

  it('passes a resource server that introspects, and ends the session of the user it opened', async () => {
    await server.aUser({ username: 'amy' })
    const url = await at(exact(byJose(expected, server.url)))
    const { code, findings } = await examine(url, '--user', 'amy')
    expect([code, letIn(findings)]).to.deep.equal([0, []])
    for (const attack of ['revoked_token', 'revoked_session', 'revoked_role'])
      expect(
        findings.find(one => one.attack === attack),
        attack,
      ).to.include({ verdict: 'held' })
    const entries = await darvoza.json(['revocation', 'list'])
    expect(entries.map((one: { kind: string }) => one.kind)).to.include.members(['token', 'session', 'role'])
    const audited = (await darvoza.json(['audit', 'list'])).filter(
      (one: { action: string }) => one.action === 'revocation_added',
    )
    expect(audited).to.have.length(4)
    for (const one of audited) expect(one.after.why).to.equal('darvoza doctor')
    expect(await darvoza.json(['session', 'list'])).to.have.length(0)
    const { stdout } = await darvoza.run(['doctor', url, '--audience', audience, '--user', 'amy'])
    expect(stdout.trim().split('\n').at(-1)).to.match(new RegExp(`^${findings.length} attacks: \\d+ held`))
  })

  it('passes a resource server with createVerifier under --strict, and shows its revocation delay', async () => {
    await server.aUser({ username: 'amy' })
    const follower = await aConfidentialApplication(server, 'orders-follower', {
      kind: 'machine',
      metadata: { grant_types: ['client_credentials'], scope: 'revocations:read', introspects: [audience] },
    })
    const verifier = createVerifier({
      issuer,
      audience,
      clientId: 'orders-follower',
      clientSecret: follower,
      fetch: (address, init) => {
        followTheClock()
        return fetch(String(address).replace(issuer, server.url), init)
      },
    })
    try {
      await verifier.ready()
      const url = await at(token => verifier.verify(token, { scope: 'orders:read' }).then(() => true))
      const { code, findings } = await examine(url, '--strict', '--user', 'amy', '--scope', 'orders:read')
      expect([code, findings.filter(one => one.verdict !== 'held')]).to.deep.equal([0, []])
      for (const attack of ['revoked_token', 'revoked_session', 'revoked_role'])
        expect(findings.find(one => one.attack === attack)!.answered).to.match(/^401( at once|; let in for \d+ ms)$/)
    } finally {
      await verifier.close()
    }
  })

  it('reports a resource server that accepts a token in the query string', async () => {
    const url = await at(flawed(null, expected), fromQueryToo)
    const { findings } = await examine(url, '--revoked-for', '0')
    expect(letIn(findings)).to.deep.equal(['token_in_query', 'revoked_token'])
  })

  it('reports only no_token for a resource server without authentication', async () => {
    const url = await at(
      async () => true,
      () => '',
    )
    const { code, findings } = await examine(url)
    expect([code, letIn(findings)]).to.deep.equal([1, ['no_token']])
  })

  it('exits with 1 and shows the answer if the resource server refuses a valid token', async () => {
    const url = await at(flawed(null, { ...expected, audience: 'https://other.example' }))
    const ran = await darvoza.run(['doctor', url, '--audience', audience])
    expect([ran.code, ran.stdout]).to.deep.equal([1, ''])
    expectOneLine(
      ran,
      /a good token was not let in: it answered 401, WWW-Authenticate: .*https:\/\/orders\.example.*jwks\.json/,
    )
  })

  it('exits with 2 for invalid arguments without a request, and with 1 for an unreachable address', async () => {
    let requests = 0
    const url = await at(
      async () => true,
      () => {
        requests++
        return null
      },
    )
    await expectRefused(darvoza, [
      [['doctor'], 2, /missing required argument 'url'/],
      [['doctor', 'orders.example'], 2, /is no address/],
      [['doctor', 'https://a:b@orders.example/'], 2, /is no address/],
      [['doctor', 'http://orders.example/'], 2, /plain http/],
      [['doctor', url, '--audience', 'https://unknown.example'], 2, /audience/],
      [['doctor', url, '--user', 'nobody'], 2, /nobody/],
      [['doctor', url, '--role', 'clerk'], 2, /--user/],
      [['doctor', url, '--header', 'Authorization: Bearer x'], 2, /Authorization/],
      [['doctor', url, '--header', 'nonsense'], 2, /no header/],
      [['doctor', url, '--method', 'get'], 2, /method/],
      [['doctor', url, '--pause', 'soon'], 2, /--pause/],
      [['doctor', 'http://127.0.0.1:1/'], 1, /ECONNREFUSED/],
    ])
    expect(requests).to.equal(0)
    expect(await darvoza.json(['revocation', 'list'])).to.satisfy((entries: { kind: string }[]) =>
      entries.every(one => one.kind === 'token'),
    )
  })
})
