// The process of a program that uses a verifier exits once the verifier is closed: no timer, connection or listener is
// left.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { version } from '../../server/verifier/version.js'
import { aFakeIssuer, audience, closeFakeIssuers, secret } from '../support/fake-issuer.js'

const root = new URL('../../../', import.meta.url)

describe('a program with a verifier', () => {
  afterEach(closeFakeIssuers)

  const run = async (issuer: string, after: string): Promise<{ code: number; out: string }> => {
    const script = `
      import { createVerifier } from ${JSON.stringify(new URL('dist/server/verifier/verifier.js', root).href)}
      const options = ${JSON.stringify({ issuer, audience, clientId: 'orders', clientSecret: secret })}
      const verifier = createVerifier(options)
      ${after}
      await verifier.close()
      await verifier.close()
      console.log('closed')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    return { code: code as number, out }
  }

  it('exits once the verifier is closed, whatever requests are pending', async () => {
    const fake = await aFakeIssuer()
    const good = `await verifier.ready(); await verifier.verify(${JSON.stringify(fake.token())}); console.log('good')`
    expect(await run(fake.url, good)).to.deep.equal({ code: 0, out: 'good\nclosed\n' })
    // Closed at once; with an issuer that never answers; with an issuer that is unreachable.
    expect(await run(fake.url, '')).to.deep.equal({ code: 0, out: 'closed\n' })
    for (const path of ['/oauth/token', '/.well-known/jwks.json', '/revocations/stream']) fake.instead[path] = () => {}
    const asks = `
      verifier.verify(${JSON.stringify(fake.token())}).catch(error => console.log(error.code))
      await new Promise(resolve => setTimeout(resolve, 300))`
    expect(await run(fake.url, asks)).to.deep.equal({ code: 0, out: 'closed\nrevocations_unknown\n' })
    expect(await run('http://127.0.0.1:9', asks)).to.deep.equal({ code: 0, out: 'revocations_unknown\nclosed\n' })
  })

  it('exports the version of the package', () => {
    const { version: ofPackage } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
    expect(version).to.equal(ofPackage)
  })
})
