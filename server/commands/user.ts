import type { Command } from 'commander'
import type { PublicUser } from '../identity/people/public-user.js'
import type { ExportedUser } from '../identity/people/user-export.js'
import type { Users } from '../identity/people/users.js'
import { addCommand, type CommandLine } from './command-line.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Printed, printedTime } from './output.js'
import { requireListOrNone } from './role.js'
import { fieldsInWords } from './user-file.js'
import { importUsers } from './user-import.js'

type PasswordSource = { passwordStdin?: boolean }
type Creation = PasswordSource & { role?: string[]; firstName?: string; lastName?: string; email?: string }

const passwordFromStdin = ['--password-stdin', 'read the password from stdin instead of asking for it'] as const

export function addUserCommands(program: Command, line: CommandLine): void {
  const { open, actor, input, output } = line
  const user = program.command('user').description('people who sign in')

  /** Changes one user and says what came of it. */
  async function change(
    name: string,
    format: Format,
    said: string,
    work: (users: Users, id: number) => Promise<unknown>,
  ) {
    const { users } = (await open()).people
    const { id } = await users.requireByName(name)
    await work(users, id)
    await output.done(`${said} ${name}`, printedUser(await users.require(id)), format)
  }

  addCommand(user, 'create <name>', 'make a user')
    .option(...passwordFromStdin)
    .option('--role <role>', 'a role; may be given several times', collect)
    .option('--first-name <name>')
    .option('--last-name <name>')
    .option('--email <address>')
    .action(async (username: string, { role, passwordStdin, json, ...profile }: Creation & Format) => {
      const password = await input.password({ passwordStdin })
      const { users } = (await open()).people
      const made = await users.create({ username, password, roles: [...new Set(role)], ...profile }, actor)
      await output.done(`created user ${username} with id ${made.id}`, printedUser(made), { json })
    })

  withLimit(addCommand(user, 'list', 'list users')).action(async (options: Limited & Format) => {
    const { userList } = (await open()).people
    const found = await firstOf(userList.every({}, 'oldest'), options.limit, output)
    const columns = ['user_id', 'username', 'email', 'is_active', 'roles', 'last_login']
    await output.table(
      found.map(one => printedUser(one.user)),
      columns,
      options,
    )
  })

  addCommand(user, 'show <name>', 'show a user').action(async (name: string, format: Format) => {
    const { users } = (await open()).people
    await output.record(printedUser(await users.requireByName(name)), format)
  })

  addCommand(user, 'rename <name> <new-name>', 'give a user another name').action(
    (name: string, newName: string, format: Format) =>
      change(name, format, `gave the name ${newName} to`, (users, id) => users.rename(id, newName, actor)),
  )

  addCommand(user, 'disable <name>', 'sign a user out everywhere and let them in no more').action(
    (name: string, format: Format) => change(name, format, 'disabled', (users, id) => users.disable(id, actor)),
  )

  addCommand(user, 'enable <name>', 'let a disabled user sign in again').action((name: string, format: Format) =>
    change(name, format, 'enabled', (users, id) => users.enable(id, actor)),
  )

  addCommand(user, 'delete <name>', 'delete a user for good; the name becomes free').action(
    async (name: string, format: Format) => {
      const { users } = (await open()).people
      const { id } = await users.requireByName(name)
      await users.remove(id, actor)
      await output.done(`deleted ${name}`, { user_id: id, username: name, deleted: true }, format)
    },
  )

  addCommand(user, 'set-password <name>', "set a user's password and end all of their sessions")
    .option(...passwordFromStdin)
    .action(async (name: string, { passwordStdin, ...format }: PasswordSource & Format) => {
      const password = await input.password({ passwordStdin })
      await change(name, format, 'set the password of', (users, id) => users.setPassword(id, password, actor))
    })

  addCommand(user, 'set-roles <name> [roles...]', 'give a user these roles and no others')
    .option('--none', 'take all roles away')
    .action(async (name: string, roles: string[], { none, ...format }: { none?: boolean } & Format) => {
      requireListOrNone(roles, none, 'roles')
      await change(name, format, 'set the roles of', (users, id) => users.setRoles(id, roles, actor))
    })

  addCommand(user, 'set-permissions <name> [permissions...]', "set a user's own permissions, beside those of roles")
    .option('--none', 'take all of them away')
    .action(async (name: string, permissions: string[], { none, ...format }: { none?: boolean } & Format) => {
      requireListOrNone(permissions, none, 'permissions')
      await change(name, format, 'set the permissions of', (users, id) => users.setPermissions(id, permissions, actor))
    })

  addCommand(user, 'import <file>', 'take in users, with their ids and hashes, from JSON or JSON Lines (- is stdin)')
    .addHelpText('after', `\nFields of a user, as \`darvoza user export\` writes them:\n${fieldsInWords()}`)
    .action((file: string, format: Format) => importUsers(line, file, format))

  addCommand(user, 'export', 'print all users as JSON Lines, with their hashes, as import reads them').action(
    async () => {
      const { userExport } = await open()
      for await (const user of userExport.every()) await output.jsonLine(exportedUser(user))
    },
  )
}

function printedUser(user: PublicUser): Printed {
  return {
    user_id: user.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    email_verified: user.emailVerified,
    is_active: user.active,
    roles: user.roles,
    permissions: user.allPermissions,
    last_login: printedTime(user.lastLoginAt),
    created_at: printedTime(user.createdAt),
  }
}

function exportedUser(user: ExportedUser): Printed {
  return {
    id: user.id,
    username: user.username,
    password_hash: user.passwordHash,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    email_verified: user.emailVerified,
    is_active: user.active,
    roles: user.roles,
    permissions: user.permissions,
  }
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}
