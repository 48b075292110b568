// `darvoza device`: list the devices of a user, and end a device with its sessions.
import type { Command } from 'commander'
import type { LiveDevice } from '../identity/devices/where-signed-in.js'
import { every } from '../identity/listing.js'
import { problem } from '../protocol/problems.js'
import { addCommand, type CommandLine } from './command-line.js'
import { orNotFound } from './failures.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Printed, printedTime } from './output.js'

export function addDeviceCommands(program: Command, { open, actor, output }: CommandLine): void {
  const device = program.command('device').description('browsers and installed apps on which users have signed in')

  withLimit(addCommand(device, 'list', "list a user's devices"))
    .requiredOption('--user <name>', 'whose')
    .action(async ({ user, limit, ...format }: { user: string } & Limited & Format) => {
      const {
        people: { users },
        devices: { whereSignedIn },
      } = await open()
      const { id } = await users.requireByName(user)
      const found = await firstOf(
        every(page => whereSignedIn.devices(id, page)),
        limit,
        output,
      )
      const columns = ['id', 'name', 'platform', 'address', 'first_seen_at', 'last_seen_at', 'sessions']
      await output.table(found.map(printedDevice), columns, format)
    })

  addCommand(device, 'end <id>', 'end a device: its sessions and its device_token').action(
    async (id: string, format: Format) => {
      const { sessions } = (await open()).devices
      await orNotFound(sessions.endDevice(id, null, actor), problem('unknown_device', { id }))
      await output.done(`ended device ${id}`, { id, ended: true }, format)
    },
  )
}

function printedDevice({ device, sessions, lastSeenAt }: LiveDevice): Printed {
  return {
    id: device.id,
    name: device.name,
    browser: device.browser,
    platform: device.platform,
    address: device.address,
    first_seen_at: printedTime(device.firstSeenAt),
    last_seen_at: printedTime(lastSeenAt),
    sessions: sessions.map(session => session.id),
  }
}
