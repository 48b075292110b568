// `darvoza api-key`: create, list, end, for API keys of any user.
import type { Command } from 'commander'
import { type ApiKeyInList, apiKeyStates } from '../identity/api-keys/api-key-list.js'
import type { PublicApiKey } from '../identity/api-keys/public-api-key.js'
import type { ApiKeyState } from '../policy/api-key.js'
import { parseDuration } from '../policy/durations.js'
import { choice } from './application-options.js'
import { addCommand, type CommandLine } from './command-line.js'
import { UsageError } from './failures.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Printed, printedTime } from './output.js'

type New = { user: string; scope?: string[]; resource?: string; expiresIn?: string; elevated?: boolean }
type Filters = { user?: string; state?: ApiKeyState; text?: string }

export function addApiKeyCommands(program: Command, { open, actor, output }: CommandLine): void {
  const apiKey = program.command('api-key').description('API keys, with which programs act for a user')

  addCommand(apiKey, 'create <name>', 'create an API key for a user; its text is printed once')
    .requiredOption('--user <name>', 'whose')
    .option('--scope <scope...>', 'permissions of the user, and darvoza:account for the own account')
    .option('--resource <uri>', 'the resource server that accepts it (default: this server)')
    .option('--expires-in <duration>', 'such as 90d (default: the key does not expire)')
    .option('--elevated', 'it may call routes that require a recent sign-in')
    .action(async (name: string, { user, scope = [], resource, expiresIn, elevated, ...format }: New & Format) => {
      const seconds = expiresIn === undefined ? null : parseDuration(expiresIn)
      if (expiresIn !== undefined && !seconds)
        throw new UsageError(`--expires-in ${expiresIn} is no duration such as 12h or 90d`)
      const {
        people: { users },
        apiKeys: { apiKeys },
      } = await open()
      const { id } = await users.requireByName(user)
      const asked = { name, scopes: scope, resource, elevated, ...(seconds && { expiresIn: seconds * 1000 }) }
      const { key, text } = await apiKeys.create(id, asked, actor)
      const record = { ...printedKey(key), username: user, key: text }
      await output.done(`made the API key ${key.id} of ${user}; its text, shown once: ${text}`, record, format)
    })

  withLimit(addCommand(apiKey, 'list', 'list API keys, the newest first'))
    .option('--user <name>', 'only those of this user')
    .addOption(choice('--state <state>', apiKeyStates))
    .option('--text <text>', 'in the name, or the last characters')
    .action(async ({ user, state, text, limit, ...format }: Filters & Limited & Format) => {
      const {
        people: { users },
        apiKeys: { apiKeys },
      } = await open()
      const userId = user === undefined ? undefined : (await users.requireByName(user)).id
      const found = await firstOf(apiKeys.every({ userId, state, text }), limit, output)
      const columns = ['id', 'username', 'name', 'hint', 'scopes', 'state', 'expires_at', 'last_used_at']
      await output.table(found.map(printed), columns, format)
    })

  addCommand(apiKey, 'end <id>', 'end an API key at once').action(async (id: string, format: Format) => {
    const { apiKeys } = (await open()).apiKeys
    await apiKeys.end(id, null, actor)
    await output.done(`ended API key ${id}`, { id, ended: true }, format)
  })
}

const printed = ({ key, username }: ApiKeyInList): Printed => ({ ...printedKey(key), username })

function printedKey(key: PublicApiKey): Printed {
  return {
    id: key.id,
    user_id: key.userId,
    name: key.name,
    hint: key.hint,
    scopes: key.scopes,
    resource: key.resource,
    elevated: key.elevated,
    state: key.state,
    created_at: printedTime(key.createdAt),
    expires_at: printedTime(key.expiresAt),
    last_used_at: printedTime(key.lastUsedAt),
    last_used_address: key.lastUsedAddress,
    ended_at: printedTime(key.endedAt),
    ended_reason: key.endedWhy,
  }
}
