// P4: signing keys rotate under load, and no valid token is refused, neither by the servers nor by a JWKS verifier
// elsewhere.
import { expect } from 'chai'
import { createRemoteJWKSet, customFetch, type JSONWebKeySet, jwksCache, jwtVerify } from 'jose'
import { trials } from '../support/bursts.js'
import { aClient, claimsOf } from '../support/client.js'
import { onEachEngine, onMariaDb } from '../support/engines.js'
import { headerOf } from '../support/forge.js'
import { anOperator, keyLoad, rotateUnderLoad } from '../support/key-load.js'
import { later } from '../support/keys.js'
import { aServerProcess } from '../support/processes.js'
import { aServer, issuer } from '../support/server.js'

const rotations = trials(3)

onMariaDb('P4: signing keys that rotate under load at two server processes', engine => {
  it('no valid token is refused, whether the key was published before it signs or not', async () => {
    const database = await engine.migrated()
    const servers = [await aServerProcess(database), await aServerProcess(database)]
    const urls = servers.map(server => server.url)
    const operator = await anOperator(database)
    const {
      keys: { keyRing },
      policies: { policies },
    } = operator.parts
    const load = keyLoad(urls, 6)
    try {
      for (let rotation = 0; rotation < rotations; rotation++) await rotateUnderLoad(keyRing, urls, 200)
      await policies.set({ access_token_algorithm: 'PS256' }, 'system', 'test')
      await rotateUnderLoad(keyRing, urls, 200)
      for (let rotation = 0; rotation < rotations; rotation++) {
        await keyRing.rotate({ atOnce: true }, 'operator:test')
        await new Promise(resolve => setTimeout(resolve, 200))
      }
      const { refused, ...counts } = await load.stop()
      const keys = await keyRing.list()
      console.log(
        `      P4: ${keys.length - 2} rotations, ${JSON.stringify(counts)}: valid tokens refused ${refused.length}`,
      )
      expect(refused).to.deep.equal([])
      expect(keys).to.have.length(3 + 2 * rotations)
      expect(Math.min(counts.signIns, counts.refreshes, counts.outside)).to.be.above(20)
      for (const server of servers) expect(server.complaints).to.deep.equal([])
    } finally {
      await load.stop()
      await operator.close()
    }
  }).timeout(60_000)
})

onEachEngine('P4: remote verifiers that cache the JWKS for as long as its header allows', engine => {
  it('no valid token is refused across rotations that wait their 20 minutes', async () => {
    const server = await aServer({ engine, policy: { access_token_lifetime: 1_800 } })
    const client = aClient(server)
    const { clock } = server
    const verifiers = Array.from({ length: 12 }, () => aStubbornVerifier(server.url, clock.now))
    let { access, refresh } = await client.signIn(await server.aUser())
    const live: string[] = []
    const kids = new Set<string>()
    const refused: string[] = []
    let verified = 0
    for (let step = 0; kids.size <= 2 * rotations; step++) {
      // Rotated by hand, so that the next key signs as early as possible.
      if (step % 20 === 0) await server.composed.parts.keys.keyRing.rotate({}, 'system')
      live.push(access)
      kids.add(headerOf(access).kid)
      while (claimsOf(live[0]!).exp * 1000 <= clock.now()) live.shift()
      for (const verify of verifiers) {
        // Each verifier has a copy of another age.
        if (Math.random() < 0.5) continue
        for (const token of [live[0]!, access]) {
          verified++
          const at = `a key of ${[...kids].indexOf(headerOf(token).kid)} in step ${step}`
          await verify(token).catch(error => refused.push(`${at}: ${error}`))
        }
      }
      await later(`${Math.ceil(Math.random() * 240)}s`, server)
      ;({ access, refresh } = (await client.refresh(refresh)).body)
    }
    console.log(`      P4: ${kids.size - 1} rotations, ${verified} verified elsewhere: refused ${refused.length}`)
    expect(refused).to.deep.equal([])
    expect(verified).to.be.above(100)
  }).timeout(60_000)
})

/**
 * A JWKS verifier by jose on the server's clock: it keeps the JWKS for all of its five minutes, and fetches no earlier
 * for an unknown key. That is the worst case that the header of the JWKS allows.
 */
function aStubbornVerifier(url: string, now: () => number) {
  let kept: { fetchedAt: number; jwks: JSONWebKeySet } | null = null
  return async (token: string) => {
    const cache: { uat?: number; jwks?: JSONWebKeySet } = kept
      ? { uat: Date.now() - (now() - kept.fetchedAt), jwks: kept.jwks }
      : {}
    const jwks = createRemoteJWKSet(new URL('/.well-known/jwks.json', url), {
      cacheMaxAge: 300_000,
      cooldownDuration: 300_000,
      [jwksCache]: cache as never,
      async [customFetch](...request) {
        const response = await fetch(...request)
        kept = { fetchedAt: now(), jwks: (await response.clone().json()) as JSONWebKeySet }
        return response
      },
    })
    await jwtVerify(token, jwks, { issuer, audience: issuer, typ: 'at+jwt', currentDate: new Date(now()) })
  }
}
