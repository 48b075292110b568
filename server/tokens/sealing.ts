// Private keys and secrets at rest: AES-256-GCM under SECRET_KEY, bound to what they are for.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

const format = 's1'

/**
 * @param secretKey at least 32 random bytes
 * @param random bytes for nonces
 */
export function createSealing(secretKey: Buffer, random: (size: number) => Buffer) {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'darvoza sealing', 32))

  return {
    /** @param purpose what it is and whose, such as `signing-key:KID`; it opens only for the same */
    seal(secret: Buffer, purpose: string): string {
      const nonce = random(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
      const sealed = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()])
      return [format, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
    },

    /** @throws Error when it was sealed under another key, for another purpose, or was changed */
    open(sealed: string, purpose: string): Buffer {
      const [mark, nonce, body] = sealed.split('.')
      const bytes = Buffer.from(body ?? '', 'base64url')
      try {
        if (mark !== format) throw new Error('unknown format')
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce ?? '', 'base64url'), {
          authTagLength: 16,
        })
        decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-16))
        return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()])
      } catch {
        throw new Error(`SECRET_KEY does not open ${purpose}: it is not the key that this database was set up with`)
      }
    },
  }
}

export type Sealing = ReturnType<typeof createSealing>
