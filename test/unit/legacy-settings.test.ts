// Settings that verify tokens of the legacy service: contradictions prevent the start, with a reason.
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { readSettings, SettingsError } from '../../config/settings.js'
import { aFolder } from '../support/engines.js'

const pem = (
  key: { export(options: { type: 'spki' | 'pkcs8'; format: 'pem' }): string | Buffer },
  type: 'spki' | 'pkcs8',
) => String(key.export({ type, format: 'pem' }))
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const short = generateKeyPairSync('rsa', { modulusLength: 1_024 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' })

const cutOver = { LEGACY_JWT_CUT_OVER: '2026-02-01T03:00:00+05:00' }
const secret = { LEGACY_JWT_SECRET: 'jh$k2!m-a-secret-of-django-with-fifty-characters()=', ...cutOver }

function problemsOf(environment: Record<string, string>): string {
  try {
    readSettings(environment)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.join('\n')
    throw error
  }
  return ''
}

describe('the settings of the legacy service', () => {
  const refused: [what: string, environment: Record<string, string>, why: RegExp][] = [
    ['no cut-over', { LEGACY_JWT_SECRET: 'x'.repeat(50) }, /LEGACY_JWT_CUT_OVER is required/],
    [
      'no key',
      { ...cutOver, LEGACY_JWT_ISSUER: 'x' },
      /LEGACY_JWT_CUT_OVER, LEGACY_JWT_ISSUER count for nothing without/,
    ],
    ['two keys', { ...secret, LEGACY_JWT_PUBLIC_KEY: pem(rsa.publicKey, 'spki') }, /are both set/],
    ['no such algorithm', { ...secret, LEGACY_JWT_ALGORITHM: 'none' }, /LEGACY_JWT_ALGORITHM is none of HS256,/],
    ['a secret for RS256', { ...secret, LEGACY_JWT_ALGORITHM: 'RS256' }, /LEGACY_JWT_SECRET is for HS256/],
    [
      'a public key for HS256',
      { ...cutOver, LEGACY_JWT_PUBLIC_KEY: pem(rsa.publicKey, 'spki') },
      /HS256 has a LEGACY_JWT_SECRET/,
    ],
    [
      'a public key as the secret',
      { ...cutOver, LEGACY_JWT_SECRET: pem(rsa.publicKey, 'spki') },
      /LEGACY_JWT_SECRET is a key in PEM/,
    ],
    [
      'a private key',
      { ...cutOver, LEGACY_JWT_ALGORITHM: 'RS256', LEGACY_JWT_PUBLIC_KEY: pem(rsa.privateKey, 'pkcs8') },
      /holds a private key/,
    ],
    [
      'a key of another kind',
      { ...cutOver, LEGACY_JWT_ALGORITHM: 'RS256', LEGACY_JWT_PUBLIC_KEY: pem(ec.publicKey, 'spki') },
      /is no key for RS256/,
    ],
    [
      'a key of another curve',
      { ...cutOver, LEGACY_JWT_ALGORITHM: 'ES256', LEGACY_JWT_PUBLIC_KEY: pem(ec.publicKey, 'spki') },
      /is no key for ES256/,
    ],
    [
      'a short key',
      { ...cutOver, LEGACY_JWT_ALGORITHM: 'RS256', LEGACY_JWT_PUBLIC_KEY: pem(short.publicKey, 'spki') },
      /fewer than 2,048 bits/,
    ],
    [
      'no key in the file',
      { ...cutOver, LEGACY_JWT_ALGORITHM: 'RS256', LEGACY_JWT_PUBLIC_KEY: '/nowhere/key.pem' },
      /cannot be read \(ENOENT\)/,
    ],
    ['a time without offset', { ...secret, LEGACY_JWT_CUT_OVER: '2026-02-01T03:00:00' }, /no instant with its offset/],
    ['no time', { ...secret, LEGACY_JWT_CUT_OVER: '2026-13-45T99:00:00Z' }, /no instant with its offset/],
    ['no duration', { ...secret, LEGACY_JWT_ACCEPT_FOR: 'ever' }, /no duration/],
    ['no time at all', { ...secret, LEGACY_JWT_ACCEPT_FOR: '0d' }, /no duration/],
    ['one claim for two things', { ...secret, LEGACY_JWT_JTI_CLAIM: 'user_id' }, /name one claim twice/],
    ['a claim that is a time', { ...secret, LEGACY_JWT_USER_ID_CLAIM: 'exp' }, /name one claim twice/],
  ]
  for (const [what, environment, why] of refused)
    it(`refuse to start with ${what}`, () => {
      const problems = problemsOf(environment)
      expect(problems).to.match(why)
      expect(problems).to.not.contain('secret-of-django').and.not.contain('BEGIN')
    })

  it('refuse SECRET_KEY as LEGACY_JWT_SECRET', () => {
    const own = Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7)).toString('base64')
    expect(problemsOf({ ...secret, SECRET_KEY: own, LEGACY_JWT_SECRET: own })).to.match(
      /is the SECRET_KEY of this server/,
    )
  })

  it('are null when no LEGACY_JWT variable is set, or only empty ones', () => {
    expect(readSettings({}).legacyJwt).to.equal(null)
    expect(readSettings({ LEGACY_JWT_SECRET: '', LEGACY_JWT_CUT_OVER: ' ' }).legacyJwt).to.equal(null)
  })

  it('are parsed, with the default claim names of simplejwt', () => {
    const found = readSettings({ ...secret, LEGACY_JWT_ACCEPT_FOR: '12h' }).legacyJwt!
    expect(found.algorithm).to.equal('HS256')
    expect(found.claims).to.deep.equal({ userId: 'user_id', tokenType: 'token_type', jti: 'jti' })
    expect(found.cutOver).to.equal(Date.parse('2026-01-31T22:00:00Z'))
    expect(found.acceptedUntil - found.cutOver).to.equal(12 * 3_600_000)
    expect(found.key.export().toString()).to.equal(secret.LEGACY_JWT_SECRET)
    expect(found.remarks).to.deep.equal([])
  })

  it('accept a public key as PEM text or as a file', () => {
    const file = join(aFolder(), 'key.pem')
    writeFileSync(file, pem(rsa.publicKey, 'spki'))
    for (const key of [file, pem(rsa.publicKey, 'spki')]) {
      const environment = { ...cutOver, LEGACY_JWT_ALGORITHM: 'RS512', LEGACY_JWT_PUBLIC_KEY: key }
      expect(readSettings(environment).legacyJwt!.key.asymmetricKeyType).to.equal('rsa')
    }
    const environment = { ...cutOver, LEGACY_JWT_ALGORITHM: 'ES384', LEGACY_JWT_PUBLIC_KEY: pem(ec.publicKey, 'spki') }
    expect(readSettings(environment).legacyJwt!.key.asymmetricKeyType).to.equal('ec')
  })

  it('warn about a short, published or guessable secret', () => {
    const remarks = (LEGACY_JWT_SECRET: string, LEGACY_JWT_ALGORITHM = 'HS256') =>
      readSettings({ ...cutOver, LEGACY_JWT_SECRET, LEGACY_JWT_ALGORITHM }).legacyJwt!.remarks.join('\n')
    expect(remarks('short')).to.match(/fewer than 32 bytes/)
    expect(remarks('exactly fifty characters, as Django makes secrets!', 'HS512')).to.match(/fewer than 64 bytes/)
    expect(remarks(`django-insecure-${'abcdefgh'.repeat(6)}`)).to.match(/stands in a repository/)
    expect(remarks('a'.repeat(64))).to.match(/is guessed/)
  })
})
