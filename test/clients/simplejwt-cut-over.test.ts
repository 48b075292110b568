// Migration from djangorestframework-simplejwt: an unchanged client continues after the cut-over with the same
// requests, the same address and its refresh token. Django, simplejwt and curl are real.
import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { readSettings } from '../../config/settings.js'
import { claimsOf } from '../support/client.js'
import { aRunningClock } from '../support/clock.js'
import { aCommandLine } from '../support/command-line.js'
import { aDjango, onDjango } from '../support/django.js'
import { aFolder, needsProgram, sqlite } from '../support/engines.js'
import { aGateway, type Gateway } from '../support/gateway.js'
import { aServer, testSettings } from '../support/server.js'
import { aSimpleJwtClient, type CurlAnswer } from '../support/simplejwt-client.js'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const pem = {
  public: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  private: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
}
const secretKey = "a 50-character SECRET_KEY of Django's: $h4r3d-no-more!"

type Service = { simpleJwt: Record<string, unknown>; environment: Record<string, string>; rotates: boolean }

const lifetimes = { REFRESH_TOKEN_LIFETIME: 86_400, ACCESS_TOKEN_LIFETIME: 3_600 }
const services: Record<string, Service> = {
  'HS256, without rotation, as it is by default': {
    simpleJwt: lifetimes,
    environment: { LEGACY_JWT_SECRET: secretKey },
    rotates: false,
  },
  'RS256, with rotation and its blacklist': {
    simpleJwt: {
      ...lifetimes,
      ...{ ALGORITHM: 'RS256', SIGNING_KEY: pem.private, VERIFYING_KEY: pem.public },
      ...{ ROTATE_REFRESH_TOKENS: true, BLACKLIST_AFTER_ROTATION: true, ISSUER: 'old', AUDIENCE: 'shop' },
    },
    environment: {
      LEGACY_JWT_PUBLIC_KEY: pem.public,
      LEGACY_JWT_ALGORITHM: 'RS256',
      LEGACY_JWT_ISSUER: 'old',
      LEGACY_JWT_AUDIENCE: 'shop',
    },
    rotates: true,
  },
}

const people = `
from django.contrib.auth.models import User
for id, name in ((41, 'amy'), (42, 'ben'), (43, 'cid')):
    User.objects.create_user(name, f'{name}@example.com', f'correct horse of {name}', id=id, first_name=name.title())`

/** Status, challenge and types of the members of an answer, without the values, which differ each time. */
const shapeOf = ({ status, body, challenge }: CurlAnswer) => ({
  status,
  challenge,
  body: body && Object.fromEntries(Object.entries(body).map(([key, value]) => [key, key.length > 0 && typeof value])),
})

onDjango('client of djangorestframework-simplejwt', () => {
  let gateway: Gateway
  beforeEach(async function () {
    needsProgram(this, 'curl')
    gateway = await aGateway()
  })
  afterEach(() => gateway?.close())

  for (const [title, { simpleJwt, environment, rotates }] of Object.entries(services))
    it(`works unchanged before the cut-over, after it, and after the return to Django (${title})`, async function () {
      this.timeout(120_000)
      const django = await aDjango({ simpleJwt, secretKey })
      await django.script(people)
      gateway.lead([['/', await django.serve()]])
      const [amy, ben, cid, amyAgain] = Array.from({ length: 4 }, () => aSimpleJwtClient(gateway.url))

      // Before the cut-over: each of the documented requests.
      const before = {
        obtain: await amy!.obtain('amy', 'correct horse of amy'),
        wrong: await ben!.obtain('ben', 'wrong'),
        missing: await ben!.post('/api/token/', { username: 'ben' }),
        hello: await amy!.hello(),
        nobody: await amy!.curl(`${gateway.url}/api/hello/`),
        verify: await amy!.verify(amy!.kept().refresh),
        nonsense: await amy!.refresh('nonsense'),
        none: await amy!.post('/api/token/refresh/', {}),
        wrongType: await amy!.refresh(amy!.kept().access),
      }
      await ben!.obtain('ben', 'correct horse of ben')
      const blacklisted = ben!.kept().refresh
      const goneBefore = { blacklist: await ben!.blacklist(), afterwards: await ben!.refresh(blacklisted) }
      await cid!.obtain('cid', 'correct horse of cid')
      const rotatedAway = cid!.kept().refresh
      const refreshedBefore = await cid!.refresh()
      await amyAgain!.obtain('amy', 'correct horse of amy')
      expect([before.hello.status, goneBefore.blacklist.status, refreshedBefore.status]).to.deep.equal([200, 200, 200])
      const forgedLater = await django.script(`
from datetime import timedelta
from django.contrib.auth.models import User
from rest_framework_simplejwt.tokens import RefreshToken
token = RefreshToken.for_user(User.objects.get(username='amy'))
token.set_iat(at_time=token.current_time + timedelta(seconds=60))
print(token)`)

      // The cut-over: users and blacklist are imported; this server starts with the key that verifies legacy tokens.
      const cutOver = new Date().toISOString()
      const models = ['auth.user', 'auth.group', 'auth.permission', 'contenttypes.contenttype']
      const users = await django.manage(['dumpdata', ...models])
      const dump = await django.manage(['dumpdata', 'token_blacklist'])
      const clock = aRunningClock()
      const { legacyJwt } = readSettings({ ...environment, LEGACY_JWT_CUT_OVER: cutOver, LEGACY_JWT_ACCEPT_FOR: '1d' })
      const settings = { ...testSettings(await sqlite.migrated()), dataDir: aFolder(), legacyJwt }
      const server = await aServer({ settings, clock, policy: { rotate_refresh_tokens: rotates } })
      if (settings.database.engine !== 'sqlite') throw new Error('the command line shares the file')
      const darvoza = aCommandLine({
        ...{ DATABASE_URL: `sqlite:${settings.database.path}`, SECRET_KEY: settings.secretKey!.toString('base64') },
        ...{ ...environment, LEGACY_JWT_CUT_OVER: cutOver, LEGACY_JWT_ACCEPT_FOR: '1d' },
      })
      await darvoza.done(['user', 'import', '--format', 'django', darvoza.file('users.json', users)])
      const took = await darvoza.json(['legacy', 'import-blacklist', darvoza.file('blacklist.json', dump)])
      expect(took).to.deep.include({ on_blacklist: rotates ? 2 : 1, sessions_ended: 0, refused: [], complete: true })
      const api = await aDjango({
        simpleJwt: {
          ...{ ALGORITHM: 'ES256', JWK_URL: `${server.url}/.well-known/jwks.json`, LEEWAY: 5 },
          ...{ ISSUER: settings.issuer, AUDIENCE: settings.issuer },
        },
      })
      await api.script(people)
      gateway.lead([
        ['/api/token/', server.url],
        ['/', await api.serve()],
      ])

      // After the cut-over: the same client with its tokens. Its access token is refused once, then it refreshes as
      // before.
      const first = amy!.kept()
      const tooEarly = await amy!.hello()
      expect([tooEarly.status, (tooEarly.body as { code: string }).code]).to.deep.equal([401, 'token_not_valid'])
      expect((await amy!.verify(first.refresh)).status).to.equal(200)
      const hello = await amy!.helloOrRefresh()
      expect(hello).to.deep.include({ status: 200, body: { hello: 'amy', id: 41 } })
      expect(amy!.kept().refresh === first.refresh, 'keeps its refresh token').to.equal(!rotates)
      expect(claimsOf(amy!.kept().access)).to.deep.include({ user_id: '41', username: 'amy', token_type: 'access' })
      // Further refreshes with the token that it has stored.
      for (let time = 0; time < 3; time++) expect((await amy!.refresh()).status).to.equal(200)
      expect((await amy!.hello()).status).to.equal(200)
      expect(shapeOf(await cid!.refresh())).to.deep.equal(shapeOf(refreshedBefore))

      const blacklistedSays = { detail: 'Token is blacklisted', code: 'token_not_valid' }
      expect((await ben!.refresh(blacklisted)).body).to.include(blacklistedSays)
      expect((await ben!.refresh(blacklisted)).challenge).to.equal(goneBefore.afterwards.challenge)
      if (rotates) expect((await cid!.refresh(rotatedAway)).body).to.include(blacklistedSays)
      expect((await amy!.refresh(forgedLater.trim())).body).to.include({ reason: 'legacy_token_after_cut_over' })
      expect((await amyAgain!.blacklist()).body).to.deep.equal({})
      expect((await amyAgain!.refresh()).body).to.include(blacklistedSays)

      // Each documented request has the same status, challenge and members as before.
      const now = aSimpleJwtClient(gateway.url)
      const after = {
        obtain: await now.obtain('amy', 'correct horse of amy'),
        wrong: await now.obtain('ben', 'wrong'),
        missing: await now.post('/api/token/', { username: 'ben' }),
        hello: await now.hello(),
        nobody: await now.curl(`${gateway.url}/api/hello/`),
        verify: await now.verify(now.kept().refresh),
        nonsense: await now.refresh('nonsense'),
        none: await now.post('/api/token/refresh/', {}),
        wrongType: await now.refresh(now.kept().access),
      }
      for (const name of Object.keys(before) as (keyof typeof before)[]) {
        const [then, since] = [shapeOf(before[name]), shapeOf(after[name])]
        expect([since.status, since.challenge], name).to.deep.equal([then.status, then.challenge])
        expect(since.body ?? {}, name).to.include(then.body ?? {})
      }
      expect((await now.blacklist()).body).to.deep.equal({})
      expect((await now.refresh()).body).to.include(blacklistedSays)

      const status = await darvoza.json(['legacy', 'status'])
      expect(status).to.deep.include({ configured: true, open: true, cut_over: cutOver })

      // The return to Django: users are exported with their present password hashes; Django has its old settings.
      const back = await aDjango({ simpleJwt, secretKey })
      const exported = await darvoza.done(['user', 'export', '--format', 'django'])
      await back.manage(['loaddata', '--format', 'json', '-'], exported)
      gateway.lead([['/', await back.serve()]])
      const returned = aSimpleJwtClient(gateway.url)
      expect((await returned.obtain('amy', 'correct horse of amy')).status).to.equal(200)
      expect((await returned.obtain('cid', 'correct horse of cid')).status).to.equal(200)
      expect((await returned.hello()).body).to.deep.equal({ hello: 'cid', id: 43 })
    })
})
