// Private keys and secrets at rest: AES-256-GCM under SECRET_KEY, bound to what they are for.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

const format = 's1'

/**
 * @param secretKeys at least 32 random bytes each: the one that seals, then those of old that still open
 * @param random bytes for nonces
 */
export function createSealing(secretKeys: readonly Buffer[], random: (size: number) => Buffer) {
  const keys = secretKeys.map(secretKey => Buffer.from(hkdfSync('sha256', secretKey, '', 'darvoza sealing', 32)))
  const [present] = keys as [Buffer]

  return {
    /** @param purpose what the secret is and whose, such as `signing-key:KID`; it opens only for the same */
    seal(secret: Buffer, purpose: string): string {
      const nonce = random(12)
      const cipher = createCipheriv('aes-256-gcm', present, nonce).setAAD(Buffer.from(purpose))
      const sealed = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()])
      return [format, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
    },

    /** @throws Error when it was sealed under another key, for another purpose, or was changed */
    open(sealed: string, purpose: string): Buffer {
      for (const key of keys) {
        const secret = opened(key, sealed, purpose)
        if (secret) return secret
      }
      throw new Error(
        `SECRET_KEY does not open ${purpose}: it is not the key that this database was set up with (one that was ` +
          'changed stays in SECRET_KEY_PREVIOUS until darvoza secret reseal has run)',
      )
    },

    /** Whether the current sealing key opens it. */
    isPresent: (sealed: string, purpose: string): boolean => opened(present, sealed, purpose) !== null,
  }
}

export type Sealing = ReturnType<typeof createSealing>

function opened(key: Buffer, sealed: string, purpose: string): Buffer | null {
  const [mark, nonce, body] = sealed.split('.')
  if (mark !== format) return null
  const bytes = Buffer.from(body ?? '', 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce ?? '', 'base64url'), { authTagLength: 16 })
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-16))
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
  } catch {
    return null
  }
}
