// `darvoza user`: create, list, show, rename, disable, enable, delete, set-password, set-roles, set-permissions,
// import (user-import.ts) and export (user-export.ts).
import { type Command, Option } from 'commander'
import type { PublicUser } from '../identity/people/public-user.js'
import type { Users } from '../identity/people/users.js'
import { administratorRole } from '../policy/permissions.js'
import { addCommand, type CommandLine } from './command-line.js'
import { djangoFields } from './django-fields.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Printed, printedTime } from './output.js'
import { requireListOrNone } from './role.js'
import { type ExportOptions, exportFormats, exportUsers } from './user-export.js'
import { fieldsInWords } from './user-fields.js'
import { type ImportOptions, importFormats, importUsers } from './user-import.js'

type PasswordSource = { passwordStdin?: boolean }
type Creation = PasswordSource & { role?: string[]; firstName?: string; lastName?: string; email?: string }

const passwordFromStdin = ['--password-stdin', 'read the password from stdin instead of asking for it'] as const

export function addUserCommands(program: Command, line: CommandLine): void {
  const { open, actor, input, output } = line
  const user = program.command('user').description('users')

  /** Changes one user and prints the result. */
  async function change(
    name: string,
    format: Format,
    sentence: string,
    work: (users: Users, id: number) => Promise<unknown>,
  ) {
    const { users } = (await open()).people
    const { id } = await users.requireByName(name)
    await work(users, id)
    await output.done(`${sentence} ${name}`, printedUser(await users.require(id)), format)
  }

  addCommand(user, 'create <name>', 'create a user')
    .option(...passwordFromStdin)
    .option('--role <role>', 'a role; repeatable', collect)
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

  addCommand(user, 'disable <name>', 'disable a user, and end all sessions of the user').action(
    (name: string, format: Format) => change(name, format, 'disabled', (users, id) => users.disable(id, actor)),
  )

  addCommand(user, 'enable <name>', 'enable a disabled user').action((name: string, format: Format) =>
    change(name, format, 'enabled', (users, id) => users.enable(id, actor)),
  )

  addCommand(user, 'delete <name>', 'delete a user irrevocably; the username becomes free').action(
    async (name: string, format: Format) => {
      const { users } = (await open()).people
      const { id } = await users.requireByName(name)
      await users.remove(id, actor)
      await output.done(`deleted ${name}`, { user_id: id, username: name, deleted: true }, format)
    },
  )

  addCommand(user, 'set-password <name>', 'set the password of a user, and end all sessions of the user')
    .option(...passwordFromStdin)
    .action(async (name: string, { passwordStdin, ...format }: PasswordSource & Format) => {
      const password = await input.password({ passwordStdin })
      await change(name, format, 'set the password of', (users, id) => users.setPassword(id, password, actor))
    })

  addCommand(user, 'set-roles <name> [roles...]', 'replace the roles of a user')
    .option('--none', 'remove all roles')
    .action(async (name: string, roles: string[], { none, ...format }: { none?: boolean } & Format) => {
      requireListOrNone(roles, none, 'roles')
      await change(name, format, 'set the roles of', (users, id) => users.setRoles(id, roles, actor))
    })

  addCommand(
    user,
    'set-permissions <name> [permissions...]',
    'set the permissions that a user has beside those of roles',
  )
    .option('--none', 'remove all of them')
    .action(async (name: string, permissions: string[], { none, ...format }: { none?: boolean } & Format) => {
      requireListOrNone(permissions, none, 'permissions')
      await change(name, format, 'set the permissions of', (users, id) => users.setPermissions(id, permissions, actor))
    })

  addCommand(user, 'import <file>', 'import users with their ids and password hashes (- is stdin)')
    .addOption(formatOption(importFormats))
    .option('--dry-run', 'show what would happen, and change nothing')
    .option('--model <app.Model>', 'django: the user model, if the dump does not show it')
    .option('--map <FIELD=NAME>', 'django: a field of the Django model, and the field here; repeatable', collect)
    .option('--new-ids', 'django: assign new ids to users whose primary keys are not integers')
    .option('--grant-admin', `django: make superusers ${administratorRole}`)
    .option('--without-groups', 'django: do not import groups and permissions')
    .addHelpText('after', `\nFields of a user, as \`darvoza user export\` writes them:\n${fieldsInWords()}`)
    .addHelpText('after', `\n${aboutDjango}`)
    .action((file: string, options: ImportOptions) => importUsers(line, file, options))

  user
    .command('export')
    .description(
      'print all users with their hashes: as import reads them, or for Django (docs/moving-from-simplejwt.md, The way back)',
    )
    .addOption(formatOption(exportFormats))
    .option('--model <app.Model>', 'django: the user model (default: auth.user)')
    .option('--map <FIELD=NAME>', 'django: a field of the Django model, and the field here; repeatable', collect)
    .option('--with-groups', 'django: write roles as groups, which replace the groups of the users in Django')
    .option('--grant-superuser', `django: make those superusers who are ${administratorRole}`)
    .action((options: ExportOptions) => exportUsers(line, options))
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

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

function formatOption(formats: Record<string, unknown>): Option {
  return new Option('--format <format>', 'what the file is').choices(Object.keys(formats)).default('json')
}

const aboutDjango = `--format django reads what manage.py dumpdata writes:
  manage.py dumpdata auth.user auth.group auth.permission contenttypes.contenttype > users.json
Groups become roles, superusers nothing but with --grant-admin. NAME of --map is one of
  ${Object.keys(djangoFields).join(', ')}`
