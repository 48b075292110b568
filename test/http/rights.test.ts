// Authorization of every route: each kind of sender against each row of the route table. A sender with fewer rights
// than the row demands is refused, and nothing changes; a sender with enough rights is admitted.
import { expect } from 'chai'
import { calls } from '../support/calls.js'
import { aClient } from '../support/client.js'
import { type Answered, expectAdmitted, expectedOf, expectRefused, isOwnWay } from '../support/expected.js'
import { aWorld, forms } from '../support/forms.js'
import { type Filling, incomplete, type ReadyRequest, readableWorld, readyRequest, rows } from '../support/requests.js'
import { applications, callers, keys, nobody, ownOf, people, type Sender } from '../support/senders.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'
import { aVisitor } from '../support/visitor.js'

function send(server: TestServer, { name, row, path, form, json }: ReadyRequest, sender: Sender): Promise<Answered> {
  const { headers, visitor, formToken, fields } = sender
  // A stream of events never ends, so its body is not read.
  const method = row.events && expectedOf([name, row], sender) === 'admitted' ? 'HEAD' : row.method
  if (json) return aClient(server).send(row.method, path, { json, headers })
  const own = form && { ...form, ...fields, ...('_token' in form && { _token: formToken }) }
  const sent = { 'Sec-Fetch-Site': 'same-origin', ...headers }
  return visitor.send(method, path, { headers: sent, ...(own && { form: own }) })
}

const aReadableWorld = async (server: TestServer, mark: string) => readableWorld(await aWorld(server, mark, []))

/** The values that fill in requests which belong to no particular sender. */
async function aFilling(server: TestServer): Promise<Filling> {
  const visitor = aVisitor(server)
  await visitor.signIn({ username: 'admin', password })
  const world = await aReadableWorld(server, 'refused')
  return { world, own: { sid: world.sid, deviceId: world.deviceId }, visitor, formToken: '' }
}

const everybody = async (server: TestServer) => [
  ...(await people(server)),
  ...(await applications(server)),
  ...(await keys(server)),
  ...(await callers(server)),
]

/** Without the rate limit of API keys, whose requests all fall into one minute. */
const unlimited = { policy: { api_key_requests_per_minute: 0 } }

/** Routes that change the sender's password: tried last of the admitted ones. */
const isOfPasswords = ({ row }: { row: { path: string } }) => row.path.endsWith('/password')

/** Changes by administrators that are easily undone, so need no recent sign-in. */
const lightly = ['createUser', 'changeUser', 'saveUserPage']

describe('authorization of every route', () => {
  it("demands a permission and, except for light changes, a recent sign-in on administrators' routes", () => {
    const looking = Object.entries({ ...calls, ...forms }).flatMap(([name, row]) => (row.looks ? [name] : []))
    for (const [name, { method, path, access }] of rows) {
      const isAdministrators = path.startsWith('/api/admin/') || path.startsWith('/admin/')
      const permission = 'permission' in access ? access.permission : undefined
      expect(permission !== undefined, name).to.equal(isAdministrators)
      if (!isAdministrators || method === 'GET' || looking.includes(name)) continue
      expect(permission, name).to.match(/:(write|end)$/)
      expect('recentlyAuthenticated' in access, name).to.equal(!lightly.includes(name))
    }
  })

  it('refuses each sender with too few rights, with the expected code, and changes nothing', async () => {
    const server = await aServer(unlimited)
    const senders = await everybody(server)
    const filling = await aFilling(server)
    const requests: ReadyRequest[] = []
    for (const [name] of rows) requests.push(await readyRequest(filling, name))
    const before = await snapshotOf(server)
    const unasked = new Map<string, number>()
    const ways = new Set<Sender['by']>()
    for (const sender of [nobody(server), ...senders]) {
      const isFirst = !ways.has(sender.by)
      ways.add(sender.by)
      // Refusals do not depend on each other, so all are sent concurrently.
      const asking = requests.map(async request => {
        const outcome = expectedOf([request.name, request.row], sender)
        const what = `${request.name} by ${sender.who}`
        // On pages a token is handled the same for every sender of its kind, so only the first one is tried.
        if (!isFirst && !isOwnWay(request.row, sender)) return
        if (outcome === 'admitted' || (outcome === 'open' && sender.by === 'cookie')) return
        const answer = await send(server, request, sender)
        if (outcome !== 'open') expectRefused(answer, outcome, what)
        // An open route answers every sender like an unauthenticated one.
        else if (!unasked.has(request.name)) unasked.set(request.name, answer.status)
        else expect(answer.status, what).to.equal(unasked.get(request.name))
      })
      await Promise.all(asking)
      expect(await snapshotOf(server), sender.who).to.equal(before)
    }
  }).timeout(60_000)

  it('admits each sender that has the rights the row demands', async () => {
    const server = await aServer(unlimited)
    for (const [index, sender] of (await everybody(server)).entries()) {
      const readable = await aReadableWorld(server, `let-in-${index}`)
      const admitted = rows
        .filter(row => expectedOf(row, sender) === 'admitted')
        .sort(([, a], [, b]) => Number(isOfPasswords({ row: a })) - Number(isOfPasswords({ row: b })))
      for (const [place, [name, row]] of admitted.entries()) {
        const { user, visitor, formToken } = sender
        const changes = row.method !== 'GET'
        const world = changes ? await aWorld(server, `w-${index}-${place}`, []) : readable
        const own = changes && user ? await ownOf(server, user) : { sid: world.sid, deviceId: world.deviceId }
        const answer = await send(server, await readyRequest({ world, own, visitor, formToken }, name), sender)
        expectAdmitted(answer, incomplete.has(name), `${name} by ${sender.who}`)
      }
    }
  }).timeout(60_000)
})
