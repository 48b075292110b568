// SECRET_KEY, from the settings or from a key file in DATA_DIR that the first start creates. A missing key file is an
// error, and is not created again, if the SQLite database already has content.
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Settings, SettingsError } from './settings.js'

/**
 * The key that seals private keys at rest: the one in the settings, else the one in `DATA_DIR/secret.key`, made on the
 * first start with mode 0600.
 * @returns at least 32 bytes
 * @throws SettingsError when the file holds something else
 */
export function requireSecretKey({ secretKey, dataDir, database }: KeySettings): Buffer {
  if (secretKey) return secretKey
  const path = join(dataDir, 'secret.key')
  const kept = readKey(path)
  if (kept) return kept
  if (database?.engine === 'sqlite' && hasContent(database.path))
    throw new SettingsError([
      `${path} is missing, and ${database.path} was set up with it: put it back, or set SECRET_KEY as it was then`,
    ])
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  return makeKey(path)
}

type KeySettings = Pick<Settings, 'secretKey' | 'dataDir'> & Partial<Pick<Settings, 'database'>>

function hasContent(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0
}

function makeKey(path: string): Buffer {
  // Written whole under a temporary name, then linked: of two processes that start at once one wins, and both read its
  // key.
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return readKey(path)!
}

function readKey(path: string): Buffer | null {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new SettingsError([`${path} cannot be read: ${(error as Error).message}`])
  }
  const key = Buffer.from(content.trim(), 'base64')
  if (key.length < 32) throw new SettingsError([`${path} does not hold a secret key of at least 32 bytes in base64`])
  return key
}
