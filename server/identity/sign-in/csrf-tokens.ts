// CSRF tokens of forms: an HMAC under a secret of the browser, over a random salt and the purpose of the form.
import { createHmac, timingSafeEqual } from 'node:crypto'

export function createCsrfTokens(random: (size: number) => Buffer) {
  return {
    /** A token with a random salt: a repeated one would leak through response compression (BREACH). */
    make(secret: string, about = ''): string {
      const salt = random(12).toString('base64url')
      return `${salt}.${macOf(secret, salt, about)}`
    },

    /** Whether a token was made with this secret, and for this purpose. */
    isValid(token: unknown, secret: string, about = ''): boolean {
      const [, salt, mac] = typeof token === 'string' ? (/^([\w-]{16})\.([\w-]{43})$/.exec(token) ?? []) : []
      if (salt === undefined || mac === undefined) return false
      return timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(secret, salt, about)))
    },
  }
}

/** The salt has a fixed length, so that salt and purpose cannot be confused. */
function macOf(secret: string, salt: string, about: string): string {
  return createHmac('sha256', secret).update(salt).update(about).digest('base64url')
}
