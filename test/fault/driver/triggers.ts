// The ways in which a trial's access token is revoked, one row each. A revoke may be retried until it is answered: an
// answer that the session has already ended counts too, because it confirms the same.
import { type Answer, aClient, claimsOf, type Pair } from '../../support/client.js'
import { actor, type Control, isTransient, type Person, signIn } from './control.js'
import { told } from './good-client.js'
import type { Random } from './random.js'
import type { Server } from './server.js'
import { apiWay, type CodeWay, signInBy, type Way } from './ways.js'
import type { World } from './world.js'

/** A user with two sessions on two devices: the user's own, and the one that is to end. */
export type Victim = {
  person: Person
  own: Pair
  ending: Pair
  /** How the ending session was opened. */
  way: Way | CodeWay
  sid: string
  /** The id of the browser session that the code came from; for the API the session's own id. */
  browserSid: string
  deviceId: string
  /** The name of the second device. */
  device: string
  /** The access token of an administrator who signed in minutes ago. */
  administrator: string
}

/** `again`: no certain answer arrived. Any other text is an unexpected answer: the outcome is unknown. */
export type RevokeOutcome = 'done' | 'again' | (string & {})

export type Revoke = {
  /** Works on the database like the command line, and asks no server. */
  byHand: boolean
  /** The only way in which this revoke exists. */
  only?: Way['name']
  /** @param url the server that is asked */
  send: (url: string, victim: Victim, control: Control) => Promise<RevokeOutcome>
}

type Client = ReturnType<typeof aClient>

/** `over` is the answer to a retry when the first try was carried out: a status, or the reason in the body. */
function byRequest(
  done: number,
  over: number | string | null,
  send: (client: Client, victim: Victim, url: string) => Promise<Answer>,
  only?: Way['name'],
): Revoke {
  return {
    byHand: false,
    ...(only && { only }),
    async send(url, victim) {
      const answer = await send(aClient({ url }), victim, url).catch(() => null)
      if (answer === null || answer.status === 503) return 'again'
      return [done, over].includes(answer.status) || answer.body?.reason === over ? 'done' : told(answer)
    },
  }
}

function byHand(run: (users: Control['parts']['people']['users'], id: number) => Promise<void>): Revoke {
  return {
    byHand: true,
    async send(_, { person }, { parts }) {
      try {
        await run(parts.people.users, person.id)
        return 'done'
      } catch (error) {
        if (isTransient(error)) return 'again'
        if ((error as { code?: unknown }).code === 'not_found') return 'done'
        throw error
      }
    },
  }
}

const newPassword = 'staple battery horse'

export const revokes = {
  'session ended': byRequest(204, 404, (client, { sid, own }) => client.delete(`/api/me/sessions/${sid}/`, own.access)),
  'device ended': byRequest(204, 404, (client, { deviceId, own }) =>
    client.delete(`/api/me/devices/${deviceId}/`, own.access),
  ),
  'other sessions ended': byRequest(204, null, (client, { own }) => client.delete('/api/me/sessions/', own.access)),
  'other devices ended': byRequest(204, null, (client, { own }) => client.delete('/api/me/devices/', own.access)),
  // An application revokes its refresh token.
  'signed out': byRequest(200, 'session_ended', (_, { way, ending }, url) => way.signOut({ url }, ending.refresh)),
  'signed in again': byRequest(
    200,
    null,
    (client, { person, device }) =>
      client.post('/api/token/', { username: person.username, password: person.password, device }),
    'api',
  ),
  'browser session ended': byRequest(
    204,
    404,
    (client, { browserSid, own }) => client.delete(`/api/me/sessions/${browserSid}/`, own.access),
    'code',
  ),
  'consent withdrawn': byRequest(
    204,
    404,
    (client, { way, own }) => client.delete(`/api/me/applications/${(way as CodeWay).applicationId}/`, own.access),
    'code',
  ),
  // A retry after a first try that was carried out is refused because of the old password; the outcome is then unknown.
  'password changed': byRequest(204, null, (client, { own, person }) =>
    client.post('/api/me/password/', { old_password: person.password, new_password: newPassword }, own.access),
  ),
  'session ended by an administrator': byRequest(204, 404, (client, { sid, administrator }) =>
    client.delete(`/api/admin/sessions/${sid}/`, administrator),
  ),
  'all ended by an administrator': byRequest(204, null, (client, { person, administrator }) =>
    client.delete(`/api/admin/users/${person.id}/sessions/`, administrator),
  ),
  'user disabled': byRequest(200, null, (client, { person, administrator }) =>
    client.post(`/api/admin/users/${person.id}/disable/`, {}, administrator),
  ),
  'password reset': byRequest(204, null, (client, { person, administrator }) =>
    client.post(`/api/admin/users/${person.id}/password/`, { password: newPassword }, administrator),
  ),
  'user deleted': byRequest(204, 404, (client, { person, administrator }) =>
    client.delete(`/api/admin/users/${person.id}/`, administrator),
  ),
  // Refused as stale: the change ends this access token, and not its session.
  'roles changed': byRequest(200, null, (client, { person, administrator }) =>
    client.send('PUT', `/api/admin/users/${person.id}/roles/`, { json: { roles: ['support'] }, token: administrator }),
  ),
  'password reset by hand': byHand((users, id) => users.setPassword(id, newPassword, actor)),
  'user disabled by hand': byHand((users, id) => users.disable(id, actor)),
  'roles changed by hand': byHand((users, id) => users.setRoles(id, ['support'], actor)),
} as const satisfies Record<string, Revoke>

export type RevokeName = keyof typeof revokes

export function revokesOf({ name }: Way): RevokeName[] {
  const rows = Object.entries(revokes) as [RevokeName, Revoke][]
  return rows.filter(([, { only }]) => only === undefined || only === name).map(([trigger]) => trigger)
}

/**
 * Signs a new user in twice, once at each server.
 * @param byCode whether the session that is to end is an application's
 */
export async function aVictim(
  { control, asking }: World,
  [first, second]: readonly [Server, Server],
  random: Random,
  administrator: string,
  byCode: boolean,
): Promise<Victim> {
  const person = await control.aPerson()
  const device = `phone of ${person.username}`
  const own = await signIn(first, person, { device: `desk of ${person.username}` })
  const way = byCode ? asking : apiWay
  const ending = byCode ? await signInBy(way, [second], person, random) : await signIn(second, person, { device })
  const { sid } = claimsOf(ending.access)
  const { body } = await aClient(second).get('/api/me/devices/', own.access)
  const devices = body.results as { id: string; sessions: { id: string }[] }[]
  const { id: deviceId, sessions } = devices.find(one => one.sessions.some(({ id }) => id === sid))!
  const browserSid = sessions.find(({ id }) => id !== sid)?.id ?? sid
  return { person, own, ending, way, sid, browserSid, deviceId, device, administrator }
}
