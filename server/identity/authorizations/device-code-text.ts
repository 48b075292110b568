// The text of a device code, and the hash that is stored of it.
import { createHash } from 'node:crypto'

/** Prefix by which secret scanners of logs find a device code. */
const prefix = 'dvz_device_'

export function newDeviceCode(random: (size: number) => Buffer): string {
  return prefix + random(32).toString('base64url')
}

export function isDeviceCode(text: string): boolean {
  return /^dvz_device_[\w-]{43}$/.test(text)
}

/** 32 random bytes are not guessed, so a fast hash will do. */
export function hashOfDeviceCode(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}
