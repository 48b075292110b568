// `darvoza session`: list (live sessions, or all), and end (one session, or all sessions of a user).
import type { Command } from 'commander'
import type { SessionInList } from '../identity/devices/session-list.js'
import { problem } from '../protocol/problems.js'
import { addCommand, type CommandLine } from './command-line.js'
import { orNotFound, UsageError } from './failures.js'
import { firstOf, type Limited, withLimit } from './listing.js'
import { type Format, type Printed, printedTime } from './output.js'

type OfUser = { user?: string }

export function addSessionCommands(program: Command, { open, actor, output }: CommandLine): void {
  const session = program.command('session').description('sign-ins of users on devices')

  withLimit(addCommand(session, 'list', 'list live sessions'))
    .option('--user <name>', 'only those of this user')
    .option('--all', 'also ended ones')
    .action(async ({ user, all = false, limit, json }: OfUser & Limited & Format & { all?: boolean }) => {
      const {
        people: { users },
        devices: { sessionList },
      } = await open()
      const userId = user === undefined ? undefined : (await users.requireByName(user)).id
      const found = await firstOf(sessionList.every({ userId, state: all ? undefined : 'live' }), limit, output)
      found.sort((a, b) => a.session.createdAt - b.session.createdAt)
      const columns = ['id', 'username', 'application', 'address', 'signed_in_at', 'last_seen_at', 'state']
      await output.table(found.map(printedSession), columns, { json })
    })

  addCommand(session, 'end [id]', "end a session, or all of a user's")
    .option('--user <name>', 'end all sessions of this user')
    .action(async (id: string | undefined, { user, ...format }: OfUser & Format) => {
      if ((id === undefined) === (user === undefined)) throw new UsageError('give either the id of a session or --user')
      const {
        people: { users },
        devices: { sessions },
      } = await open()
      if (user !== undefined) {
        await sessions.endAll((await users.requireByName(user)).id, actor)
        return output.done(`ended all sessions of ${user}`, { username: user, ended: true }, format)
      }
      await orNotFound(sessions.end(id!, null, actor), problem('unknown_session', { id: id! }))
      await output.done(`ended session ${id}`, { id, ended: true }, format)
    })
}

function printedSession({ session, username, state, endsAt }: SessionInList): Printed {
  return {
    id: session.id,
    user_id: session.userId,
    username,
    application: session.applicationId,
    device_id: session.deviceId,
    address: session.address,
    signed_in_at: printedTime(session.createdAt),
    last_seen_at: printedTime(session.lastSeenAt),
    ends_at: printedTime(endsAt),
    state,
    ended_at: printedTime(session.endedAt),
    ended_reason: session.endedReason,
    ended_by: session.endedBy,
  }
}
