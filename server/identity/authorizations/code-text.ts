// The text of an authorization code, and the hash that is stored of it.
import { createHash } from 'node:crypto'

/** Prefix by which secret scanners of logs find an authorization code. */
const prefix = 'dvz_code_'

export function newCode(random: (size: number) => Buffer): string {
  return prefix + random(32).toString('base64url')
}

export function isCode(text: string): boolean {
  return /^dvz_code_[\w-]{43}$/.test(text)
}

/** 32 random bytes are not guessed, so a fast hash will do. */
export function hashOfCode(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}
