// Validation of addresses that applications register, such as redirect URIs, with hostile ones.
import { expect } from 'chai'
import type { ProblemCode } from '../../server/protocol/problems.js'
import {
  redirectUriProblem,
  redirectUriWarning,
  resourceProblem,
  webUriProblem,
} from '../../server/protocol/redirect-uris.js'

const refused: Partial<Record<ProblemCode, string[]>> = {
  uri_not_absolute: ['callback', '/callback', '//app.example/cb', '?code', 'https:', 'https:/app.example', 'com.app:'],
  uri_fragment: ['https://app.example/cb#', 'https://app.example/#/cb', 'com.example.app:/cb#x'],
  uri_wildcard: ['https://*.app.example/cb', 'https://app.example/*', 'com.example.app:/*', 'https://app.example/?*'],
  uri_user_info: [
    'https://app.example@evil.example/cb',
    'https://user:pass@app.example/',
    'https://@evil.example/',
    'com.example.app://a@b/cb',
  ],
  uri_dot_segments: [
    'https://app.example/a/../b',
    'https://app.example/..',
    'https://app.example/a/%2e%2E/b',
    'https://app.example/a/.%2e/b',
    'https://app.example/a%2f..%2fb',
    'com.example.app:/../x',
  ],
  uri_characters: [
    'https://app.example\\@evil.example/',
    'https:\\\\app.example/',
    'https://app.example/a b',
    ' https://app.example/',
    'https://app.example/\n',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'https://app.example/\u202e',
    'https://аpp.example/',
    'https://app.example/%00',
    'https://app.example/%0d%0aSet-Cookie:x',
    'https://app.example/%5c..',
    'https://app.example/%zz',
    'https://app.example/<script>',
    'https://app.example/"',
    '',
  ],
  uri_scheme: [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'javascript://app.example/%61',
    'data:text/html,x',
    'DATA:text/html;base64,eA==',
    'file:///etc/passwd',
    'blob:https://app.example/1',
    'vbscript:x',
    'about:blank',
    'ftp://app.example/',
    'ws://app.example/',
    'intent://x',
    'myapp:/cb',
    'myapp.:/cb',
    'a..b:/cb',
  ],
  uri_host: [
    'https:///cb',
    'https://:443/cb',
    'https://app.example:99999/',
    'https://app.example:80:80/',
    'http://127.1/cb',
    'http://2130706433/cb',
    'http://0x7f.0.0.1/cb',
    'http://0177.0.0.1/cb',
    'http://[::ffff:127.0.0.1]/cb',
    'https://[::1/cb',
    'https://%61pp.example/',
    'https://a(b).example/',
  ],
  uri_not_https: [
    'http://app.example/cb',
    'http://127.0.0.1.evil.example/',
    'http://localhost.evil.example/',
    'http://localhost./',
    'http://10.0.0.1/',
    'http://0.0.0.0/',
    'HTTP://APP.EXAMPLE/',
  ],
  too_long: [`https://app.example/${'a'.repeat(2_000)}`],
}

const good = [
  'https://app.example/cb',
  'https://app.example',
  'https://App.Example:8443/cb?tenant=1&x=%20',
  'https://app.example/a/./b',
  'https://app.example/..a/b..',
  'https://xn--e1afmkfd.example/cb',
  'http://127.0.0.1/cb',
  'http://127.0.0.1:51004/',
  'http://[::1]:8080/cb',
  'http://localhost:3000/cb',
  'com.example.app:/oauth2redirect',
  'com.example.app://callback',
  'Com.Example.App:cb',
]

describe('redirect URI validation', () => {
  for (const [code, uris] of Object.entries(refused))
    for (const uri of uris)
      it(`refuses ${JSON.stringify(uri).slice(0, 80)}: ${code}`, () => {
        expect(redirectUriProblem(uri)?.code).to.equal(code)
      })

  for (const uri of good)
    it(`accepts ${uri}`, () => {
      expect(redirectUriProblem(uri)).to.equal(null)
    })

  it('warns about localhost, which may resolve elsewhere, and about nothing else', () => {
    expect(good.filter(uri => redirectUriWarning(uri))).to.deep.equal(['http://localhost:3000/cb'])
  })

  it('shortens a refused URI in its problem, and shows no control characters', () => {
    const text = String(redirectUriProblem(`https://app.example/\u001b[2J${'x'.repeat(500)}`)?.values?.uri)
    expect(text).to.have.length.below(125)
    expect(text).to.match(/^[\x21-\x7e]+…$/)
  })

  it('refuses the scheme of an installed application and plain HTTP for a web page', () => {
    expect(webUriProblem('com.example.app:/cb')?.code).to.equal('uri_scheme')
    expect(webUriProblem('http://app.example/')?.code).to.equal('uri_not_https')
    expect(webUriProblem('https://app.example/terms')).to.equal(null)
  })

  it('accepts any absolute URI without a fragment as the identifier of a resource', () => {
    for (const uri of ['https://api.example', 'http://api.internal/v1', 'urn:example:orders', 'api://orders'])
      expect(resourceProblem(uri), uri).to.equal(null)
    expect(resourceProblem('https://api.example/#a')?.code).to.equal('uri_fragment')
    expect(resourceProblem('orders')?.code).to.equal('uri_not_absolute')
    expect(resourceProblem('https://api.example/ x')?.code).to.equal('uri_characters')
    expect(resourceProblem(`https://${'a'.repeat(250)}`)?.code).to.equal('too_long')
  })
})
