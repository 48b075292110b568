// The cases of lists.ts: the first page of each list, a page deep within it, and filters that match many, few and no
// rows.
import type { Composed } from '../../server/compose.js'
import type { Counted, Listed } from '../../server/identity/listing.js'

export type Case = {
  list: string
  filter: string
  page: () => Promise<Listed<unknown>>
  count?: () => Promise<Counted>
}

const day = 86_400_000
const page = { limit: 50 }

export async function casesOf({ parts }: Composed): Promise<Case[]> {
  const {
    storage: { database },
    people: { userList, roles },
    devices: { deviceList, sessionList },
    logs: { auditLog, revocationLog, incidents: incidentLog, figures },
  } = parts
  const now = parts.revocation.now()
  const most = async (table: string, column: string, more = '') => {
    const [row] = await database.read<{ value: never }>(
      `SELECT ${column} AS value FROM ${table} ${more} GROUP BY ${column} ORDER BY COUNT(*) DESC LIMIT 1`,
    )
    return row!.value
  }
  const office: string = await most('session', 'address')
  const home: string = await most('session', 'address', "WHERE address LIKE '100.64.%'")
  const busy: number = await most('session', 'user_id')
  const busyDevice: string = await most('session', 'device_id')
  const middle = Math.floor((await userCount()) / 2)
  const deep = now - 45 * day

  async function userCount(): Promise<number> {
    return (await database.read<{ count: number }>('SELECT MAX(id) AS count FROM user'))[0]!.count
  }

  const users = (
    filter: string,
    wanted: Parameters<typeof userList.page>[0],
    order: 'newest' | 'name' = 'newest',
    after = '',
  ): Case => ({
    ...{ list: 'users', filter, page: () => userList.page(wanted, order, { ...page, after }) },
    ...(after === '' && { count: () => userList.count(wanted) }),
  })
  const devices = (filter: string, wanted: Parameters<typeof deviceList.page>[0], after = ''): Case => ({
    ...{ list: 'devices', filter, page: () => deviceList.page(wanted, { ...page, after }) },
    ...(after === '' && { count: () => deviceList.count(wanted) }),
  })
  const sessions = (filter: string, wanted: Parameters<typeof sessionList.page>[0], after = ''): Case => ({
    ...{ list: 'sessions', filter, page: () => sessionList.page(wanted, { ...page, after }) },
    ...(after === '' && { count: () => sessionList.count(wanted) }),
  })
  const audit = (filter: string, wanted: Parameters<typeof auditLog.page>[0], after = ''): Case => ({
    ...{ list: 'audit', filter, page: () => auditLog.page(wanted, { ...page, after }) },
    ...(after === '' && { count: () => auditLog.count(wanted) }),
  })
  const revocations = (filter: string, wanted: Parameters<typeof revocationLog.page>[0]): Case => ({
    list: 'revocations',
    filter,
    page: () => revocationLog.page(wanted, page),
    count: () => revocationLog.count(wanted),
  })
  const incidents = (filter: string, wanted: Parameters<typeof incidentLog.page>[0]): Case => ({
    list: 'incidents',
    filter,
    page: () => incidentLog.page(wanted, page),
    count: () => incidentLog.count(wanted),
  })

  /** A read of figures by the administrators' home page. */
  const atHome = (filter: string, read: () => Promise<unknown>): Case => ({
    list: 'figures',
    filter,
    page: async () => ({ results: [await read()], next: null, partial: false }),
  })

  return [
    users('none, newest', {}),
    users('none, newest, deep', {}, 'newest', String(middle)),
    users('none, by name', {}, 'name'),
    users('none, by name, deep', {}, 'name', 'm'),
    users('name begins with d (many)', { username: 'd' }),
    users('name begins with d, by name', { username: 'd' }, 'name'),
    users('name begins with dilshod.k', { username: 'dilshod.k' }),
    users('e-mail begins with a (many)', { email: 'a' }),
    users('text dilshod', { text: 'dilshod' }),
    users('text d (many)', { text: 'd' }),
    users('text d, by name', { text: 'd' }, 'name'),
    users('text karimova dilshod (both many)', { text: 'karimova dilshod' }),
    users("text dilshod yo' (apostrophe)", { text: "dilshod yo'" }),
    users('text part of an address, all have it', { text: '@example.com' }),
    users('text an IP address', { text: home }),
    users('text d, disabled', { text: 'd', state: 'disabled' }),
    users('text 777 (id or name)', { text: '777' }),
    users('nobody: text zzzz', { text: 'zzzz' }),
    users('id', { id: middle }),
    users('address of an office', { address: office }),
    users('address of a home', { address: home }),
    users('role clerk (many)', { role: 'clerk' }),
    users('role clerk, by name', { role: 'clerk' }, 'name'),
    users('role auditor (few)', { role: 'auditor' }),
    users('active', { state: 'active' }),
    users('disabled', { state: 'disabled' }),
    users('deleted', { state: 'deleted' }),
    users('with live sessions', { live: true }),
    users('without', { live: false }),
    users('role auditor, without', { role: 'auditor', live: false }),
    users('disabled, role clerk', { state: 'disabled', role: 'clerk' }),
    users('disabled, office, live (none)', { state: 'disabled', address: office, live: true }),

    devices('none', {}),
    devices('none, deep', {}, `${deep}.x`),
    devices('of one user', { userId: busy }),
    devices('address of an office', { address: office }),
    devices('browser Firefox', { browser: 'Firefox' }),
    devices('browser Opera, platform Windows', { browser: 'Opera', platform: 'Windows' }),
    devices('nobody: browser Lynx', { browser: 'Lynx' }),
    devices('platform iOS, live', { platform: 'iOS', state: 'live' }),
    devices('live', { state: 'live' }),
    devices('signed out', { state: 'signed_out' }),
    devices('ended', { state: 'ended' }),
    devices('ended, deep', { state: 'ended' }, `${deep}.1.x`),
    devices('seen on one day, six weeks ago', { since: deep, until: deep + day }),

    sessions('none', {}),
    sessions('none, deep', {}, `${deep}.x`),
    sessions('live', { state: 'live' }),
    sessions('live, deep', { state: 'live' }, `${now - 12 * day}.x`),
    sessions('ended', { state: 'ended' }),
    sessions('idle (few, spread)', { state: 'idle' }),
    sessions('older than allowed (none)', { state: 'absolute' }),
    sessions('superseded (none)', { state: 'superseded' }),
    sessions('of one user', { userId: busy }),
    sessions('of one device', { deviceId: busyDevice }),
    sessions('application shop', { applicationId: 'shop' }),
    sessions('application shop, live', { applicationId: 'shop', state: 'live' }),
    sessions('application kiosk (few)', { applicationId: 'kiosk' }),
    sessions('application kiosk, live', { applicationId: 'kiosk', state: 'live' }),
    sessions('address of an office', { address: office }),
    sessions('address of an office, live', { address: office, state: 'live' }),
    sessions('office, kiosk, ended', { address: office, applicationId: 'kiosk', state: 'ended' }),
    sessions('signed in on one day, six weeks ago', { since: deep, until: deep + day }),
    sessions('live, of that day (none)', { since: deep, until: deep + day, state: 'live' }),

    audit('none', {}),
    audit('none, deep', {}, `${deep}.1`),
    audit('about one user', { subject: { kind: 'user', id: String(busy) } }),
    audit('by one user', { actor: `user:${busy}` }),
    audit('action signed_in (most)', { action: 'signed_in' }),
    audit('action user_disabled', { action: 'user_disabled' }),
    audit('action policy_changed (two)', { action: 'policy_changed' }),
    audit('address of an office', { address: office }),
    audit('by system, action signed_out (none)', { actor: 'system', action: 'signed_out' }),
    audit('one day, six months ago', { since: now - 180 * day, until: now - 179 * day }),
    audit('sign_in_failed on that attack', { action: 'sign_in_failed', since: now - 4 * day, until: now - 3 * day }),

    audit('signed_in, a month (home)', { action: 'signed_in', since: now - 30 * day }),
    audit('sign_in_failed, a month (home)', { action: 'sign_in_failed', since: now - 30 * day }),

    revocations('none', {}),
    revocations('kind user', { kind: 'user' }),
    revocations('reason sign_out', { reason: 'sign_out' }),
    revocations('actor system', { actor: 'system' }),
    incidents('none', {}),
    incidents('of one user', { userId: busy }),
    incidents('a month (home)', { since: now - 30 * day }),
    atHome('levels (home)', () => figures.levels()),
    atHome('refreshes of five minutes (home)', () => figures.recent('refreshes', 5)),
    atHome('series of a day (home)', () => figures.series('24h')),
    atHome('series of a week (home)', () => figures.series('7d')),
    atHome('series of a month (home)', () => figures.series('30d')),
    {
      list: 'roles',
      filter: 'with holders',
      page: async () => ({ results: await roles.list(), next: null, partial: false }),
    },
  ]
}
