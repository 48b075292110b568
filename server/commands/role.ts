// `darvoza role`: list, create, set-permissions, rename, delete.
import type { Command } from 'commander'
import type { ListedRole } from '../identity/people/roles.js'
import { addCommand, type CommandLine } from './command-line.js'
import { UsageError } from './failures.js'
import type { Format, Printed } from './output.js'

export function addRoleCommands(program: Command, { open, actor, output }: CommandLine): void {
  const role = program.command('role').description('roles: named sets of permissions')

  addCommand(role, 'list', 'list roles').action(async (format: Format) => {
    const { roles } = (await open()).people
    const columns = ['name', 'permissions', 'holders', 'built_in']
    await output.table((await roles.list()).map(printedRole), columns, format)
  })

  addCommand(role, 'create <name> [permissions...]', 'create a role').action(
    async (name: string, permissions: string[], format: Format) => {
      const { roles } = (await open()).people
      await roles.create(name, permissions, actor)
      await output.done(`made the role ${name}`, printedRole(await roles.require(name)), format)
    },
  )

  addCommand(role, 'set-permissions <name> [permissions...]', 'replace the permissions of a role')
    .option('--none', 'remove all permissions')
    .action(async (name: string, permissions: string[], { none, ...format }: { none?: boolean } & Format) => {
      requireListOrNone(permissions, none, 'permissions')
      const { roles } = (await open()).people
      await roles.update(name, { permissions }, actor)
      await output.done(`set the permissions of ${name}`, printedRole(await roles.require(name)), format)
    })

  addCommand(role, 'rename <name> <new-name>', 'rename a role; its users keep it').action(
    async (name: string, newName: string, format: Format) => {
      const { roles } = (await open()).people
      await roles.update(name, { newName }, actor)
      await output.done(`gave the name ${newName} to ${name}`, printedRole(await roles.require(newName)), format)
    },
  )

  addCommand(role, 'delete <name>', 'delete a role; its users lose it').action(async (name: string, format: Format) => {
    const { roles } = (await open()).people
    await roles.remove(name, actor)
    await output.done(`deleted the role ${name}`, { name, deleted: true }, format)
  })
}

/** An empty list by mistake must not remove everything. @throws UsageError */
export function requireListOrNone(list: readonly string[], none: boolean | undefined, what: string): void {
  if (list.length === 0 && !none) throw new UsageError(`name the ${what}, or give --none to take all of them away`)
  if (list.length > 0 && none) throw new UsageError('--none leaves nothing: name none beside it')
}

function printedRole({ name, permissions, builtIn, holders }: ListedRole): Printed {
  return { name, permissions, built_in: builtIn, holders: holders.count }
}
