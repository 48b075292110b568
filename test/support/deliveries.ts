// Deliveries of logout tokens, for an application whose back-channel logout URI does not answer.
import { anApplication, aSessionOf } from './applications.js'
import { settle, type TestServer } from './server.js'

/** Counted for each server, so that the same steps at two servers make the same rows. */
const toldApplications = new WeakMap<TestServer, number>()

/** An application with a back-channel logout URI. @returns its id */
export async function aToldApplication(server: TestServer, uri = 'https://127.0.0.1/logout'): Promise<string> {
  const count = (toldApplications.get(server) ?? 0) + 1
  toldApplications.set(server, count)
  const id = `told-${count}`
  await anApplication(server, id, { metadata: { scope: 'openid', backchannel_logout_uri: uri } })
  await settle(server.composed)
  return id
}

/** A delivery for an ended session of the user. @returns its id */
export async function aDelivery(server: TestServer, user: { id: number; username: string }): Promise<string> {
  const { session } = await aSessionOf(server, user, await aToldApplication(server))
  const { devices, storage } = server.composed.parts
  await devices.sessions.end(session.id, user.id, 'system')
  const sql = 'SELECT id FROM delivery WHERE session_id = ?'
  return (await storage.database.read<{ id: string }>(sql, [session.id]))[0]!.id
}
