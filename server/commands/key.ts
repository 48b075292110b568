// `darvoza key`: list, rotate, revoke, remove. Revoke also takes the names of the secrets that refresh tokens and
// device tokens are signed with.
import type { Command } from 'commander'
import type { ListedKey, Rotation } from '../identity/keys/key-ring.js'
import { jwksMaxAge, type RevocableSecret, revocableSecrets } from '../policy/key-life.js'
import { addCommand, type CommandLine } from './command-line.js'
import { type Format, type Printed, printedTime } from './output.js'

export function addKeyCommands(program: Command, line: CommandLine): void {
  const { open, actor, output } = line
  const key = program.command('key').description('signing keys of access tokens')

  addCommand(key, 'list', 'list the keys, also retired ones').action(async (format: Format) => {
    const { keyRing } = (await open()).keys
    const columns = ['kid', 'algorithm', 'state', 'created_at', 'activates_at', 'retired_at', 'removable_at']
    await output.table((await keyRing.list()).map(printedKey), columns, format)
  })

  addCommand(key, 'rotate', 'publish the next key, which signs once every verifier has it')
    .option('--algorithm <name>', 'the signing algorithm (default: policy access_token_algorithm)')
    .option('--now', 'sign with it at once')
    .action(async ({ algorithm, now, ...format }: { algorithm?: string; now?: boolean } & Format) => {
      const { keyRing } = (await open()).keys
      const rotation = await keyRing.rotate({ algorithm, atOnce: now ?? false }, actor)
      await output.done(sentenceOf(rotation), printedRotation(rotation), format)
      warnOf(rotation)
    })

  addCommand(
    key,
    'revoke <kid>',
    'refuse every token under a key; refresh: all sessions end; device: no device is known',
  )
    .addHelpText('after', `\nBeside kids: ${revocableSecrets.join(', ')}. A kid that begins with - stands after --.`)
    .action(async (kid: string, format: Format) => {
      const { keyRing, sealedSecrets } = (await open()).keys
      if (isSecret(kid)) {
        const version = await sealedSecrets.revoke(kid, actor)
        return output.done(revokedInWords[kid], { secret: kid, version }, format)
      }
      const { key, successor } = await keyRing.revoke(kid, actor)
      const sentence = `revoked ${kid}: tokens under it are refused, and a refresh brings good ones`
      const printed = { ...printedKey(key), successor: successor && printedRotation(successor) }
      await output.done(successor ? `${sentence}; ${sentenceOf(successor)}` : sentence, printed, format)
      if (successor) warnOf(successor)
    })

  addCommand(key, 'remove <kid>', 'stop publishing a key that no live token needs').action(
    async (kid: string, format: Format) => {
      const { keyRing } = (await open()).keys
      await output.done(`removed ${kid}`, printedKey(await keyRing.remove(kid, actor)), format)
    },
  )

  function warnOf({ published }: Rotation): void {
    if (published) return
    const minutes = jwksMaxAge / 60
    output.remark(`Verifiers that hold an older JWKS may refuse tokens under this key for up to ${minutes} minutes.`)
  }
}

const revokedInWords: Record<RevocableSecret, string> = {
  refresh: 'revoked the refresh key: everybody is signed out',
  device: 'revoked the device key: no device is known until its next sign-in',
}

function isSecret(name: string): name is RevocableSecret {
  return revocableSecrets.some(secret => secret === name)
}

function sentenceOf({ key }: Rotation): string {
  if (key.state === 'active') return `${key.kid} (${key.algorithm}) signs`
  return `${key.kid} (${key.algorithm}) is published, and signs from ${printedTime(key.activatesAt)}`
}

function printedRotation({ key, published }: Rotation): Printed {
  return { ...printedKey(key), unknown_for: published ? 0 : jwksMaxAge }
}

function printedKey(key: ListedKey): Printed {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: key.state,
    created_at: printedTime(key.createdAt),
    activates_at: printedTime(key.activatesAt),
    activated_at: printedTime(key.activatedAt),
    retired_at: printedTime(key.retiredAt),
    revoked_at: printedTime(key.revokedAt),
    removable_at: printedTime(key.removableAt),
  }
}
