// Fifty secrets are sent to a server that logs as much as it can; then its logs, answers and audit entries are searched
// for them.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { openDatabase } from '../../server/storage/database.js'
import { type Answer, aClient } from '../support/client.js'
import { aFolder } from '../support/engines.js'
import { ended, freePort, waitFor } from '../support/mariadb.js'
import { sendRaw } from '../support/raw.js'

const main = fileURLToPath(new URL('../../server/main.js', import.meta.url))

describe('the output of a server', function () {
  this.timeout(60_000)

  it('contains none of fifty planted secrets: neither in trace logs, answers, nor database rows', async () => {
    const secrets: string[] = []
    const plant = (length = 24) => {
      const secret = `x9${randomBytes(length).toString('hex')}`
      secrets.push(secret)
      return secret
    }
    const keep = (...texts: string[]) => secrets.push(...texts)

    const folder = aFolder()
    const secretKey = randomBytes(32).toString('base64')
    const adminPassword = plant()
    keep(secretKey, adminPassword)
    const port = await freePort()
    const server = { url: `http://127.0.0.1:${port}` }
    let written = ''
    const child = spawn(process.execPath, [main], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        DATA_DIR: folder,
        LOG_LEVEL: 'trace',
        SECRET_KEY: secretKey,
        ADMIN_PASSWORD: adminPassword,
      },
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        written += chunk
      })
    try {
      await waitFor(() => fetch(`${server.url}/readyz`))
      const client = aClient(server)
      const answers: (Pick<Answer, 'status' | 'text'> & { headers?: unknown })[] = []
      const keepAnswer = async (answering: Promise<Answer>) => {
        const answer = await answering
        answers.push({ status: answer.status, text: answer.text, headers: [...answer.headers] })
        return answer
      }

      // Secrets that the server issues; answers that are meant to contain them are not searched.
      const signedIn = await client.signIn({ username: 'admin', password: adminPassword })
      keep(signedIn.access, signedIn.refresh, signedIn.device_token)
      const rotated = (await client.refresh(signedIn.refresh)).body
      keep(rotated.access, rotated.refresh)
      const token = rotated.access

      // Passwords: wrong, new, too weak, in the wrong field, in bodies of every shape.
      const amyPassword = plant()
      const made = await keepAnswer(client.post('/api/admin/users/', { username: 'amy', password: amyPassword }, token))
      expect(made.status).to.equal(201)
      for (let time = 0; time < 6; time++)
        await keepAnswer(client.post('/api/token/', { username: 'amy', password: plant() }))
      await keepAnswer(client.post('/api/token/', { username: plant(), password: plant() }))
      await keepAnswer(client.post('/api/token/', { username: 'amy', password: [plant()] }))
      await keepAnswer(client.post('/api/token/', { username: 'amy', password: { secret: plant() } }))
      await keepAnswer(client.post('/api/token/', { username: 'amy', password: plant(3_000) }))
      await keepAnswer(client.post('/api/me/password/', { old_password: plant(), new_password: plant() }, token))
      await keepAnswer(client.post('/api/me/password/', { old_password: amyPassword, new_password: '1' }, token))
      const user = `/api/admin/users/${made.body.user_id}`
      await keepAnswer(client.post(`${user}/password`, { password: plant() }, token))
      await keepAnswer(client.post(`${user}/password`, { password: ` ${plant()}\0` }, token))
      await keepAnswer(client.post('/api/admin/users/', { username: 'no spaces', password: plant() }, token))
      await keepAnswer(
        client.send('POST', '/api/token/', { body: `username=amy&password=${plant()}&password=${plant()}` }),
      )
      const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
      await keepAnswer(
        client.send('POST', '/api/token/', { body: `username=amy&password=${plant()}&%zz`, headers: form }),
      )
      const json = { 'Content-Type': 'application/json' }
      await keepAnswer(
        client.send('POST', '/api/token/', { body: `{"username":"amy","password":"${plant()}`, headers: json }),
      )
      await keepAnswer(
        client.send('POST', '/api/token/', { body: `{"password":"${plant()}","password":1}`, headers: json }),
      )
      await keepAnswer(client.send('POST', '/api/token/', { body: plant(40_000), headers: json }))

      // Tokens: malformed, in the wrong place, in a query, a cookie, a path, or a header with another scheme.
      for (const path of ['/api/token/refresh/', '/api/token/blacklist/'])
        await keepAnswer(client.post(path, { refresh: plant() }))
      await keepAnswer(client.post('/api/token/verify/', { token: plant() }))
      await keepAnswer(client.post('/api/token/verify/', { token: `${token}${plant()}` }))
      await keepAnswer(client.post('/api/token/', { username: 'amy', password: plant(), device_token: plant() }))
      await keepAnswer(client.get('/api/me/', plant()))
      await keepAnswer(client.get(`/api/me/?access_token=${plant()}`))
      await keepAnswer(client.get(`/api/admin/users/?username=a&token=${plant()}`, token))
      // An API key: returned once, then sent in the right header and in wrong ones; and an unknown one.
      const shown = await client.post('/api/me/keys/', { name: 'Nightly', scopes: ['darvoza:account'] }, token)
      const apiKey: string = shown.body.key
      keep(apiKey.slice('dvz_key_'.length))
      for (const authorization of [
        `Token ${apiKey}`,
        `token ${apiKey} ${plant()}`,
        `Bearer ${apiKey}`,
        `Token ${plant()}`,
      ])
        await keepAnswer(client.send('GET', '/api/me/', { headers: { Authorization: authorization } }))
      const byApiKey = { headers: { Authorization: `Token ${apiKey}` } }
      await keepAnswer(client.send('PATCH', '/api/me/', { ...byApiKey, json: { first_name: 'Ada', last_name: 7 } }))
      await keepAnswer(client.send('GET', '/api/admin/users', byApiKey))
      await keepAnswer(client.send('DELETE', `/api/me/keys/${shown.body.id}`, byApiKey))
      await keepAnswer(client.send('GET', '/api/me/', byApiKey))
      const guessed = `dvz_key_${randomBytes(32).toString('base64url')}`
      keep(guessed.slice('dvz_key_'.length))
      await keepAnswer(client.send('GET', '/api/me/', { headers: { Authorization: `Token ${guessed}` } }))
      await keepAnswer(client.post('/api/token/verify/', { token: guessed }))

      for (const authorization of [`Basic ${plant()}`, `Bearer ${plant()} ${plant()}`, `bearer ${plant()}`, plant()])
        await keepAnswer(client.send('GET', '/api/me/', { headers: { Authorization: authorization } }))
      await keepAnswer(client.send('GET', '/api/me/', { headers: { Cookie: `darvoza-4000=${plant()}` } }))
      await keepAnswer(
        client.send('POST', '/api/token/', {
          json: {},
          headers: { 'X-Api-Key': plant(), Referer: `http://a/${plant()}` },
        }),
      )
      answers.push(await sendRaw(server, [`GET /?code=${plant()} HTTP/1.1`, 'Host: a', `Cookie: ${plant()}`]))
      answers.push(await sendRaw(server, [`POST /api/token/ HTTP/1.1`, 'Host: a', 'Content-Length: 99'], plant()))
      // A refresh within the grace answers the present pair, so this answer is not searched.
      await client.refresh(signedIn.refresh)

      expect(secrets.length).to.be.at.least(50)
      const database = await openDatabase({ engine: 'sqlite', path: `${folder}/darvoza.sqlite` })
      const rows = await database.read<object>('SELECT * FROM audit_entry')
      const incidents = await database.read<object>('SELECT * FROM incident')
      const apiKeys = await database.read<object>('SELECT * FROM api_key')
      await database.close()
      expect(rows.length).to.be.at.least(3)
      expect(written).to.include('"path":"/api/token/"')
      const places = {
        'the log': written,
        'an answer': JSON.stringify(answers),
        'a row': JSON.stringify([rows, incidents, apiKeys]),
      }
      for (const [place, text] of Object.entries(places))
        for (const secret of secrets) {
          // The first 24 characters: the rest of a secret could be guessed from them.
          expect(text.includes(secret.slice(0, 24)), `${place} holds ${secret.slice(0, 24)}…`).to.equal(false)
        }
    } finally {
      await ended(child, 'SIGKILL')
    }
  })
})
