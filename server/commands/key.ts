import type { Command } from 'commander'
import type { ListedKey } from '../identity/key-ring.js'
import { addCommand, type CommandLine } from './command-line.js'
import { type Format, type Printed, printedTime } from './output.js'

export function addKeyCommands(program: Command, { open, output }: CommandLine): void {
  const key = program.command('key').description('signing keys of access tokens')

  addCommand(key, 'list', 'list the keys whose tokens may be live').action(async (format: Format) => {
    const { keyRing } = await open()
    const columns = ['kid', 'algorithm', 'state', 'created_at', 'activated_at', 'retired_at']
    await output.table((await keyRing.list()).map(printedKey), columns, format)
  })
}

function printedKey(key: ListedKey): Printed {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: key.state,
    created_at: printedTime(key.createdAt),
    activated_at: printedTime(key.activatedAt),
    retired_at: printedTime(key.retiredAt),
  }
}
