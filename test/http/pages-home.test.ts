// The dashboard of administrators: each figure equals the list it links to, no link leads to a refused page, and times
// without measurements are drawn as gaps.
import { expect } from 'chai'
import { type FigureRange, figureRanges } from '../../server/policy/figures.js'
import { createFigureStore } from '../../server/storage/figures.js'
import { aClient } from '../support/client.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { aVisitor, type Seen, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const ranges = Object.keys(figureRanges) as FigureRange[]

async function signedIn(server: TestServer, user: { username: string; password: string } = admin): Promise<Visitor> {
  const visitor = aVisitor(server)
  await visitor.signIn(user)
  return visitor
}

const whole = (address: string) => address.replaceAll('&amp;', '&')

/** The tiles by name: figure and link. */
function tilesOn({ text }: Seen): Map<string, { value: string; href: string | null }> {
  const tiles = [...text.matchAll(/<(a|div) class="tile(?: \w+)?"[^>]*>[\s\S]*?<\/\1>/g)].map(([tile]) => tile)
  return new Map(
    tiles.map(tile => {
      const [label] = /<span class="what">[\s\S]*?<\/span>/.exec(tile)!
      const value = /<span class="value">([\s\S]*?)<\/span>/.exec(tile)![1]!.trim()
      const href = /^<a[^>]* href="([^"]*)"/.exec(tile)?.[1]
      return [label.replace(/<[^>]*>/g, '').trim(), { value, href: href === undefined ? null : whole(href) }] as const
    }),
  )
}

/** The number of rows of a list, on all of its pages. */
async function countBehind(visitor: Visitor, href: string): Promise<number> {
  let count = 0
  for (let path: string | null = href; path !== null; ) {
    const list: Seen = await visitor.open(path)
    expect(list.status, path).to.equal(200)
    const rows = list.text.match(/<tbody[\s\S]*?<\/tbody>/)?.[0].match(/<tr\b/g) ?? []
    count += rows.length + (list.text.match(/class="columns halves presenters"/g) ?? []).length
    path = whole(/<a[^>]* href="([^"]*)"[^>]*>(?:(?!<\/a>)[\s\S])*Next/.exec(list.text)?.[1] ?? '') || null
  }
  return count
}

const mainOf = ({ text }: Seen) => /<main[\s\S]*<\/main>/.exec(text)![0]

/** Several days of sign-ins, wrong passwords, reused refresh tokens and sign-outs, some of them today. */
async function aWeek(server: TestServer): Promise<void> {
  const day = async (people: number, wrong: number) => {
    for (let nth = 0; nth < people; nth++) {
      const user = await server.aUser()
      const client = aClient(server)
      const { refresh } = await client.signIn(user)
      for (let tries = 0; tries < wrong; tries++)
        await client.post('/api/token/', { username: user.username, password: 'wrong' })
      await client.post('/api/token/', { username: `nobody${nth}`, password: 'wrong' })
      const next = (await client.refresh(refresh)).body.refresh
      server.clock.advance('5m')
      if (nth === 0) expect((await client.refresh(refresh)).status, 'reused').to.equal(401)
      if (nth === 1)
        expect((await client.post('/api/token/blacklist/', { refresh: next })).status, 'signed out').to.equal(200)
      await server.composed.jobs.runAll()
    }
  }
  await day(3, 1)
  server.clock.advance('4d')
  await day(4, 2)
  server.clock.advance('2h')
  await server.composed.jobs.runAll()
}

describe('the dashboard of administrators', () => {
  it('answers 403 without an admin permission, and redirects to sign-in without a session', async () => {
    const server = await aServer()
    const amy = await server.aUser()
    expect((await (await signedIn(server, amy)).open('/admin')).status).to.equal(403)
    expect((await aVisitor(server).send('GET', '/admin?range=7d')).headers.get('location')).to.equal(
      '/login?next=%2Fadmin%3Frange%3D7d',
    )
  })

  it('shows figures that equal the row counts of their linked lists, in each range', async () => {
    const server = await aServer()
    await aWeek(server)
    const administrator = await signedIn(server)
    administrator.cookies.set('darvoza-zone', 'Asia/Tashkent')
    await server.composed.jobs.runAll()
    const seen: Record<string, string>[] = []
    for (const range of ranges) {
      const tiles = tilesOn(await administrator.open(`/admin?range=${range}`))
      expect([...tiles.keys()]).to.deep.equal([
        ...['Signed in now', 'Live sessions', 'Applications', 'Refreshes per minute', 'Revocations in force'],
        ...['Sign-ins', 'Wrong passwords', 'Reused refresh tokens'],
      ])
      for (const [name, { value, href }] of tiles) {
        if (name === 'Refreshes per minute') expect(href).to.equal('#refreshes')
        else expect(await countBehind(administrator, href!), `${range} ${name} ${href}`).to.equal(Number(value))
      }
      seen.push(Object.fromEntries([...tiles].map(([name, { value }]) => [name, value])))
    }
    const [day, week] = seen
    expect(day).to.include({ 'Sign-ins': '5', 'Wrong passwords': '8', 'Reused refresh tokens': '1' })
    expect(week).to.include({ 'Sign-ins': '8', 'Wrong passwords': '11', 'Reused refresh tokens': '2' })
    expect([day!['Live sessions'], day!['Signed in now']]).to.deep.equal(['3', '3'])
  }).timeout(30_000)

  it('shows the same figure in tile and plot, also before a job has stored it', async () => {
    const server = await aServer()
    await aWeek(server)
    const administrator = await signedIn(server)
    const client = aClient(server)
    const amy = await server.aUser()
    for (let time = 0; time < 3; time++) await client.signIn(amy)
    // No job has run since: the plotted figures are not stored yet.
    for (const range of ranges) {
      const home = await administrator.open(`/admin?range=${range}`)
      const shownIn = (name: string) => tilesOn(home).get(name)!.value
      expect(home.text, range).to.include(`Sign-ins: ${shownIn('Sign-ins')} ·`)
      expect(home.text, range).to.include(`Reused tokens: ${shownIn('Reused refresh tokens')}`)
      const [sessions, people] = [shownIn('Live sessions'), shownIn('Signed in now')]
      expect(Number(sessions)).to.be.above(3)
      const last = home.text.split('Sessions: ').at(-1)!
      expect(`${/^\d+/.exec(last)![0]} ${/People: (\d+)/.exec(last)![1]}`, range).to.equal(`${sessions} ${people}`)
    }
  }).timeout(30_000)

  it('links each role only to pages that it may open', async () => {
    const server = await aServer()
    await aWeek(server)
    const { roles } = server.composed.parts.people
    await roles.create('watcher', ['darvoza:audit:read'], 'system')
    await roles.create('ruler', ['darvoza:policies:read'], 'system')
    await roles.create('guard', ['darvoza:sessions:read'], 'system')
    const tilesOf: Record<string, string[]> = {}
    for (const role of ['admin', 'auditor', 'support', 'watcher', 'ruler', 'guard']) {
      const visitor = await signedIn(server, await server.aUser({ roles: [role] }))
      const home = await visitor.open('/admin?range=30d')
      expect(home.status, role).to.equal(200)
      const links = [...mainOf(home).matchAll(/<a[^>]* href="([^"#][^"]*)"/g)].map(match => whole(match[1]!))
      for (const link of new Set(links)) expect((await visitor.open(link)).status, `${role} ${link}`).to.equal(200)
      tilesOf[role] = [...tilesOn(home)].map(([name, { href }]) => (href === null ? `${name} (no link)` : name))
      expect(/No figures for you here/.test(home.text), role).to.equal(role === 'ruler')
      expect(/<svg class="plot-drawing"/.test(home.text), role).to.equal(!['watcher', 'ruler'].includes(role))
      expect(/Signing key/.test(mainOf(home)), role).to.equal(['admin', 'auditor'].includes(role))
      if (role !== 'ruler')
        expect(/<form[^>]* action="\/admin\/users"/.test(home.text)).to.equal(/^(admin|auditor|support)$/.test(role))
    }
    expect(tilesOf.support).to.deep.equal([
      ...['Signed in now', 'Live sessions', 'Refreshes per minute'],
      ...['Sign-ins (no link)', 'Wrong passwords (no link)', 'Reused refresh tokens (no link)'],
    ])
    expect(tilesOf.guard![0]).to.equal('Signed in now (no link)')
    expect(tilesOf.watcher).to.deep.equal(['Sign-ins', 'Wrong passwords', 'Reused refresh tokens'])
    expect(tilesOf.ruler).to.deep.equal([])
  }).timeout(30_000)

  it('reports an unknown range, and shows the last 24 hours instead', async () => {
    const server = await aServer()
    const administrator = await signedIn(server)
    for (const range of ['1h', '24H', '<b>', 'constructor']) {
      const home = await administrator.open(`/admin?range=${range}`)
      expect(home.status, range).to.equal(200)
      expect(home.text).to.include('There is no such time range').and.include('the last 24 hours')
    }
    for (const path of ['/admin', '/admin?range=24h', '/admin?range=30d'])
      expect((await administrator.open(path)).text, path).to.not.include('There is no such time range')
    const current = /<nav class="tabs"[\s\S]*?<\/nav>/.exec((await administrator.open('/admin?range=7d')).text)![0]
    expect(/aria-current="page">([^<]*)</.exec(current)![1]).to.equal('7 days')
  })

  it('has plots with tables, whose links lead to as many rows as their figures say', async () => {
    const server = await aServer()
    await aWeek(server)
    const administrator = await signedIn(server)
    administrator.cookies.set('darvoza-zone', 'America/St_Johns')
    await server.composed.jobs.runAll()
    const { figures } = server.composed.parts.logs
    for (const range of ranges) {
      const home = await administrator.open(`/admin?range=${range}`)
      const cards = [...home.text.matchAll(/<section class="card" id="(\w+)">[\s\S]*?<\/section>/g)]
      expect(cards.map(match => match[1])).to.deep.equal(['levels', 'signIns', 'refreshes', 'revocations'])
      const { totals } = await figures.series(range)
      const sums: number[] = []
      for (const [card, name] of cards.map(match => [match[0], match[1]!] as const)) {
        expect(card, name).to.match(/role="img" aria-labelledby="plot-\w+-title plot-\w+-desc"/)
        const rows = [...card.matchAll(/<tr role="row">([\s\S]*?)<\/tr>/g)]
          .slice(1)
          .map(match =>
            [...match[1]!.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(cell => cell[1]!.replace(/<[^>]*>/g, '').trim()),
          )
        const columns = name === 'refreshes' ? [1] : [1, 2]
        if (name !== 'levels')
          sums.push(...columns.map(at => rows.reduce((sum, row) => sum + (Number(row[at]) || 0), 0)))
        const links = [...card.matchAll(/<a href="([^"]*)">(\d+)<\/a>/g)]
        expect(links.length > 0, name).to.equal(['signIns', 'revocations'].includes(name))
        for (const [, link, text] of links)
          expect(await countBehind(administrator, whole(link!)), whole(link!)).to.equal(Number(text))
      }
      expect(sums).to.deep.equal([
        ...[totals.sign_ins, totals.failed_sign_ins, totals.refreshes, totals.revocations, totals.reuse_incidents],
      ])
      expect(totals.failed_sign_ins, 'names that nobody has are counted too').to.be.above(
        Number(tilesOn(home).get('Wrong passwords')!.value),
      )
    }
  }).timeout(30_000)

  it('shows figures at the first start, and a gap for a time without a running server', async () => {
    const server = await aServer()
    const administrator = await signedIn(server)
    const first = await administrator.open('/admin')
    expect(first.text).to.include('There are no figures from before')
    // Nothing is stored yet; the plots show the same figures as the tiles.
    expect(first.text).to.include('Sign-ins: 1 ·').and.include('Sessions: 1')
    expect(first.text).to.not.include('no server was running').and.not.include('NaN')
    expect(tilesOn(first).get('Sign-ins')!.value).to.equal('1')
    for (let minutes = 0; minutes < 60; minutes += 5) {
      server.clock.advance('5m')
      await server.composed.jobs.runAll()
    }
    expect((await administrator.open('/admin')).text).to.not.include('no server was running')
    server.clock.advance('6h')
    await server.composed.jobs.runAll()
    const after = await administrator.open('/admin')
    expect(after.text).to.include('no server was running').and.not.include('NaN')
    const { points } = await server.composed.parts.logs.figures.series('24h')
    const known = points.refreshes.map(({ value }) => value !== null)
    expect(known.lastIndexOf(false) - known.indexOf(true), 'a gap, and not nothing').to.be.within(23, 29)
    expect(points.refreshes.filter(({ value }) => value !== null && value > 0)).to.deep.equal([])
    const [line] = /<path class="plot-line plot-series-1" d="[^"]*"/.exec(after.text.split('id="signIns"')[1]!)!
    expect(line.match(/M/g)).to.have.length(2)
  })

  it('shows very many sessions as last counted, with the time of that count', async () => {
    const server = await aServer()
    const administrator = await signedIn(server)
    const { database } = server.composed.parts.storage
    const beginsAt = server.clock.now() - (server.clock.now() % 60_000)
    await createFigureStore(database.dialect).set(database, [
      { grain: 'minute', beginsAt, name: 'live_sessions', value: 54_321 },
      { grain: 'minute', beginsAt, name: 'live_users', value: 43_210 },
    ])
    server.clock.advance('4m')
    const seen = await administrator.open('/admin')
    expect(tilesOn(seen).get('Live sessions')!.value).to.equal('54,321')
    expect(tilesOn(seen).get('Signed in now')!.value).to.equal('43,210')
    expect(mainOf(seen).match(/as counted at \d\d:\d\d/g)).to.have.length(2)
    server.clock.advance('7m')
    const later = await administrator.open('/admin')
    expect(tilesOn(later).get('Live sessions')!.value, 'nobody measured for long').to.equal('1')
    expect(mainOf(later)).to.not.include('as counted at')
  })

  it("formats numbers by the reader's language, and links days of the reader's time zone", async () => {
    const server = await aServer()
    const administrator = await signedIn(server)
    const { counters } = server.composed.parts.tokens
    counters.count('refreshes', 12_345)
    await counters.flush()
    server.clock.advance('1m')
    const at = async (zone: string, language: string) => {
      administrator.cookies.set('darvoza-zone', zone)
      administrator.cookies.set('darvoza-language', language)
      return (await administrator.open('/admin')).text.replace(/[\u00a0\u202f]/g, ' ')
    }
    expect(await at('UTC', 'en'))
      .to.include('2,469')
      .and.include('Refreshes: 12,345')
    expect(await at('UTC', 'ru'))
      .to.include('2 469')
      .and.include('Обновления: 12 345')
    const links = async (zone: string) => /action=signed_in&amp;from=([^"&]*)/.exec(await at(zone, 'uz'))![1]
    expect(await links('Asia/Tashkent')).to.not.equal(await links('UTC'))
  })
})
