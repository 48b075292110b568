// A test of the sign-in by an administrator. The values that an application would store until the browser returns (code
// verifier and nonce) are derived from a secret, the browser session of the administrator and `state`: no row is
// written, the browser never gets them, and they are useless in any other browser session.
import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Secrets } from './secrets.js'

/** The browser session that began the test, and the application that is tested. */
export type TestedBy = { sid: string; applicationId: string }

export type SignInTest = { state: string; verifier: string; nonce: string; challenge: string; prompt: string }

export type SignInTestsDeps = { secrets: Pick<Secrets, 'present' | 'find'>; random: (size: number) => Buffer }

export function createSignInTests({ secrets, random }: SignInTestsDeps) {
  function testOf(secret: Buffer, version: number, salt: string, prompt: string, by: TestedBy): SignInTest {
    const about = JSON.stringify(['darvoza sign-in test', by.sid, by.applicationId, prompt])
    const bytes = Buffer.from(hkdfSync('sha256', secret, Buffer.from(salt, 'base64url'), about, 96))
    const [verifier, nonce, mac] = [0, 32, 64].map(from => bytes.subarray(from, from + 32).toString('base64url'))
    const challenge = createHash('sha256').update(verifier!).digest('base64url')
    const state = `${version}.${salt}.${prompt}.${mac}`
    return { state, verifier: verifier!, nonce: nonce!, challenge, prompt }
  }

  return {
    /** @param prompt a word of the parameter `prompt` of the authorization request, or '' */
    begin(by: TestedBy, prompt: string): SignInTest {
      const { version, secret } = secrets.present('ticket')
      return testOf(secret, version, random(16).toString('base64url'), prompt, by)
    },

    /** @returns null where another browser session began the test */
    resume(by: TestedBy, state: string): SignInTest | null {
      const [, version, salt, prompt] = /^([1-9]\d{0,8})\.([\w-]{22})\.([a-z]{0,20})\.[\w-]{43}$/.exec(state) ?? []
      const found = version === undefined ? null : secrets.find('ticket', Number(version))
      if (!found) return null
      const test = testOf(found.secret, Number(version), salt!, prompt!, by)
      const [known, given] = [Buffer.from(test.state), Buffer.from(state)]
      return known.length === given.length && timingSafeEqual(known, given) ? test : null
    },
  }
}

export type SignInTests = ReturnType<typeof createSignInTests>
