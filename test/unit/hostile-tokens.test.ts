// Hostile tokens of `darvoza doctor`: each is accepted by a verifier with one flaw, and refused by a correct one.
import { expect } from 'chai'
import { hostileTokenNames, hostileTokens } from '../../server/tokens/hostile/hostile-tokens.js'
import { type Flaw, flawed, flaws, type Judge } from '../support/flawed-resource-server.js'
import { aSigner } from '../support/hostile-signer.js'
import { audience, issuer } from '../vectors/fixed.js'

const now = () => Math.floor(Date.now() / 1000)

const isLetIn = (judge: Judge, token: string) => judge(token).catch(() => false)

describe('hostile tokens', () => {
  it('that must be refused are accepted by a verifier with one flaw, and by no correct one', async () => {
    const { signer, jwks } = await aSigner('ES256', now)
    const expected = { issuer, audience, jwks }
    const good = flawed(null, expected)
    expect(await isLetIn(good, signer.good())).to.equal(true)
    for (const name of hostileTokenNames.filter(name => hostileTokens[name].refuse === 'must')) {
      const letInBy = new Set<string>()
      for (const [how, token] of hostileTokens[name].make(signer)) {
        expect(await isLetIn(good, token), `${name}, ${how}`).to.equal(false)
        for (const flaw of Object.keys(flaws) as Flaw[])
          if (await isLetIn(flawed(flaw, expected), token)) letInBy.add(flaw)
      }
      expect([...letInBy], name).not.to.deep.equal([])
    }
  })

  it('detect every flaw: each flawed verifier accepts a token that the correct one refuses', async () => {
    const { signer, jwks } = await aSigner('ES256', now)
    const expected = { issuer, audience, jwks, scope: 'orders:read' }
    const tokens = hostileTokenNames.flatMap(name => hostileTokens[name].make(signer).map(([, token]) => token))
    tokens.push(signer.good({ scope: undefined }))
    for (const flaw of Object.keys(flaws) as Flaw[]) {
      const judge = flawed(flaw, expected)
      const found = await Promise.all(tokens.map(token => isLetIn(judge, token)))
      const strict = await Promise.all(tokens.map(token => isLetIn(flawed(null, expected), token)))
      expect(found.filter((isIn, at) => isIn && !strict[at]).length, flaw).to.be.above(0)
    }
  })
})
