// The search for users by name, e-mail address, id and network address: over the API, on pages, and in fields that name
// a user.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { onEachEngine } from '../support/engines.js'
import { aServer, password, type TestServer } from '../support/server.js'
import { aVisitor, localOf, type Visitor } from '../support/visitor.js'

const admin = { username: 'admin', password }
const people = [
  { username: 'annak', firstName: 'Anna', lastName: 'Kim', email: 'ak@post.example' },
  { username: 'm.egorova', firstName: 'Мария', lastName: 'Егорова', email: '' },
  { username: 'dilnoza', firstName: 'Dilnoza', lastName: 'Joʻrayeva', email: 'dj@mail.example' },
  { username: 'kim.lee', firstName: 'Lee', lastName: 'Annaberdi', email: 'lee@post.example' },
]

async function aWorld(server: TestServer) {
  const ids = new Map<string, number>()
  for (const one of people) ids.set(one.username, (await server.aUser(one)).id)
  const client = aClient(server)
  const token = (await client.signIn(admin)).access
  const find = async (text: string): Promise<string[]> => {
    const { status, body } = await client.get(`/api/admin/users?text=${encodeURIComponent(text)}`, token)
    expect(status, text).to.equal(200)
    return body.results.map((one: { username: string }) => one.username).sort()
  }
  return { server, client, token, find, ids }
}

async function signedIn(server: TestServer, user = admin): Promise<Visitor> {
  const visitor = aVisitor(server)
  await visitor.signIn(user)
  return visitor
}

onEachEngine('a search for users', engine => {
  it('finds names in both orders, with any apostrophe, e-mail addresses, ids and network addresses', async () => {
    const { find, ids } = await aWorld(await aServer({ engine }))
    const expected: Record<string, string[]> = {
      'Anna Kim': ['annak', 'kim.lee'],
      'Kim, Anna': ['annak', 'kim.lee'],
      'kim annab': ['kim.lee'],
      Егорова: ['m.egorova'],
      'егорова мар': ['m.egorova'],
      Мария: ['m.egorova'],
      Joʻrayeva: ['dilnoza'],
      "Jo'ray": ['dilnoza'],
      'Jo’rayeva Dilnoza': ['dilnoza'],
      jorayeva: ['dilnoza'],
      '@post.example': ['annak', 'kim.lee'],
      'ak@': ['annak'],
      [String(ids.get('dilnoza'))]: ['dilnoza'],
      '127.0.0.1': ['admin'],
      nna: [],
      'Anna Karenina': [],
      '%': [],
    }
    for (const [text, names] of Object.entries(expected)) expect(await find(text), text).to.deep.equal(names)
  })

  it('finds changed and new names, and finds deleted users no more', async () => {
    const { server, client, token, find, ids } = await aWorld(await aServer({ engine }))
    const id = ids.get('annak')!
    expect((await client.patch(`/api/admin/users/${id}`, { last_name: 'O‘Hara' }, token)).status).to.equal(200)
    expect(await find('anna kim')).to.deep.equal(['kim.lee'])
    expect(await find("o'hara anna")).to.deep.equal(['annak'])
    expect(
      (await client.patch(`/api/admin/users/${id}`, { username: 'scarlett', email: 's@tara.example' }, token)).status,
    ).to.equal(200)
    expect([await find('annak'), await find('scarl ohara'), await find('tara')]).to.deep.equal([
      [],
      ['scarlett'],
      ['scarlett'],
    ])
    const made = { username: 'newcomer', password: 'correct horse battery 2', first_name: 'Zuhra' }
    expect((await client.post('/api/admin/users', made, token)).status).to.equal(201)
    expect(await find('zuh')).to.deep.equal(['newcomer'])
    expect((await client.delete(`/api/admin/users/${id}`, token)).status).to.equal(204)
    expect(await find('scarlett')).to.deep.equal([])
    const { database } = server.composed.parts.storage
    expect(await database.read('SELECT word FROM user_word WHERE user_id = ?', [id])).to.deep.equal([])
  })

  it('finds the old username after a refused rename', async () => {
    const { client, token, find, ids } = await aWorld(await aServer({ engine }))
    const taken = await client.patch(`/api/admin/users/${ids.get('annak')}`, { username: 'dilnoza' }, token)
    expect(taken.status).to.equal(400)
    expect([await find('annak'), await find('dilnoza')]).to.deep.equal([['annak'], ['dilnoza']])
  })

  it('applies to the CSV file and to bulk actions', async () => {
    const { client, token } = await aWorld(await aServer({ engine }))
    const file = await client.get('/api/admin/users?format=csv&text=%D0%95%D0%B3%D0%BE%D1%80', token)
    expect(file.text).to.include('m.egorova').and.not.include('dilnoza')
    const preview = await client.post('/api/admin/bulk/sign-out-users?text=kim%20lee', {}, token)
    expect(preview.body).to.include({ count: 1 })
    expect((await client.post('/api/admin/bulk/sign-out-users?text=%25', {}, token)).body).to.include({ count: 0 })
  })
})

describe('the search field of the home page', () => {
  it('leads to the page of the only user found, and to the list of several users', async () => {
    const { server, ids } = await aWorld(await aServer())
    const administrator = await signedIn(server)
    const { text } = await administrator.open('/admin')
    const form = /<form\b[^>]* action="\/admin\/users"[\s\S]*?<\/form>/.exec(text)?.[0] ?? ''
    expect(form)
      .to.match(/name="open" value="1"/)
      .and.match(/name="text"/)
    const search = (typed: string) =>
      administrator.send('GET', `/admin/users?${new URLSearchParams({ open: '1', text: typed })}`)
    const only = await search('Егорова')
    expect([only.status, localOf(only)]).to.deep.equal([303, `/admin/users/${ids.get('m.egorova')}`])
    expect((await administrator.open(localOf(only))).text).to.include('m.egorova')
    const several = await search('kim')
    expect(several.status).to.equal(200)
    expect(several.text).to.include('annak').and.include('kim.lee').and.not.include('dilnoza')
  })
})

describe('a user typed as text into a filter', () => {
  it('is resolved by last name in each list; ambiguous text lists the candidates and ends no session', async () => {
    const { server, client } = await aWorld(await aServer())
    const [anna, , dilnoza, lee] = people
    for (const { username } of [anna!, dilnoza!, lee!]) await client.signIn({ username, password })
    const administrator = await signedIn(server)
    const typed = encodeURIComponent("Jo'rayeva")
    for (const list of ['sessions', 'devices']) {
      const { text } = await administrator.open(`/admin/${list}?user=${typed}`)
      expect(text, list).to.include('>dilnoza<').and.not.include('>annak<')
      const several = await administrator.open(`/admin/${list}?user=kim`)
      expect(several.text, list).to.include('“kim” matches several users')
      expect(several.text, list).to.include('user=annak').and.include('user=kim.lee').and.include('Anna Kim (annak)')
      expect(several.text, list).to.not.include('/admin/users/')
      // An action that ends sessions is refused while the text is ambiguous.
      expect((await administrator.open(`/admin/${list}/end?user=kim`)).status, list).to.equal(400)
      expect((await administrator.open(`/admin/${list}/end?user=${typed}`)).text, list).to.include('1 ')
    }
    for (const [list, field] of [
      ['incidents', 'user'],
      ['audit', 'subject'],
      ['audit', 'actor'],
      ['revocations', 'actor'],
    ])
      expect((await administrator.open(`/admin/${list}?${field}=kim`)).text, `${list} ${field}`).to.include(
        `${field}=kim.lee`,
      )
  })

  it('is not searched by name without the permission to read users, only by username', async () => {
    const { server } = await aWorld(await aServer())
    await server.composed.parts.people.roles.create('guard', ['darvoza:sessions:read'], 'system')
    const guard = await signedIn(server, await server.aUser({ roles: ['guard'] }))
    for (const typed of ['kim', 'Joʻrayeva']) {
      const { text } = await guard.open(`/admin/sessions?user=${encodeURIComponent(typed)}`)
      expect(text).to.not.include('annak').and.not.include('dilnoza')
    }
    expect((await guard.open('/admin/sessions?user=annak')).status).to.equal(200)
  })

  it('is the user with exactly that username or id, even if names of others match', async () => {
    const { server, ids } = await aWorld(await aServer())
    await server.aUser({ username: 'kim' })
    const administrator = await signedIn(server)
    expect((await administrator.open('/admin/sessions?user=kim')).text).to.not.include('matches several users')
    expect((await administrator.open(`/admin/sessions?user=${ids.get('annak')}`)).text).to.not.include(
      'matches several users',
    )
  })
})
