// The common parts of simplejwt's four endpoints: bodies, fields, methods and media types, with simplejwt's exact
// texts.
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { sendRaw } from '../support/raw.js'
import { aServer, password } from '../support/server.js'
import { snapshotOf } from '../support/snapshot.js'

const endpoints = [
  { path: '/api/token/', fields: { username: 'admin', password } },
  { path: '/api/token/refresh/', fields: { refresh: 'x.y.z' } },
  { path: '/api/token/verify/', fields: { token: 'x.y.z' } },
  { path: '/api/token/blacklist/', fields: { refresh: 'x.y.z' } },
] as { path: string; fields: Record<string, string> }[]

/** Invalid values of a field, and the problem reported for each. */
const wrongValues: [what: string, json: string, problem: string][] = [
  ['an empty string', '""', 'This field may not be blank.'],
  ['null', 'null', 'This field may not be null.'],
  ['a list', '["a"]', 'Not a valid string.'],
  ['an object', '{"a":"b"}', 'Not a valid string.'],
  ['true', 'true', 'Not a valid string.'],
  ['false', 'false', 'Not a valid string.'],
  ['a text with NUL', '"a\\u0000b"', 'Null characters are not allowed.'],
  ['a lone high surrogate', '"a\\ud800b"', 'Surrogate characters are not allowed: U+D800.'],
  ['a lone low surrogate', '"\\udfff"', 'Surrogate characters are not allowed: U+DFFF.'],
]

const wrongBodies: [what: string, body: string, answer: object][] = [
  ['null', 'null', { non_field_errors: ['No data provided'] }],
  ['a list', '[]', { non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] }],
  ['a string', '"a"', { non_field_errors: ['Invalid data. Expected a dictionary, but got str.'] }],
  ['a whole number', '1', { non_field_errors: ['Invalid data. Expected a dictionary, but got int.'] }],
  ['a fraction', '1.5', { non_field_errors: ['Invalid data. Expected a dictionary, but got float.'] }],
  ['a boolean', 'true', { non_field_errors: ['Invalid data. Expected a dictionary, but got bool.'] }],
]

for (const { path, fields } of endpoints) {
  describe(`POST ${path}`, () => {
    const json = (body: string) => ({ body, headers: { 'Content-Type': 'application/json' } })

    it('names every missing field at once', async () => {
      const client = aClient(await aServer())
      const required = Object.fromEntries(Object.keys(fields).map(name => [name, ['This field is required.']]))
      for (const answer of [await client.post(path, {}), await client.post(path, { other: 'x' })]) {
        expect(answer.status).to.equal(400)
        expect(answer.body).to.deep.equal(required)
      }
    })

    it('treats a request without a body like one without fields', async () => {
      const answer = await aClient(await aServer()).send('POST', path)
      expect(answer.status).to.equal(400)
      expect(Object.keys(answer.body)).to.deep.equal(Object.keys(fields))
    })

    it('reports invalid fields in the words of Django REST framework, and changes nothing', async () => {
      const server = await aServer()
      const client = aClient(server)
      const before = await snapshotOf(server)
      for (const name of Object.keys(fields)) {
        for (const [what, value, problem] of wrongValues) {
          const rest = Object.entries(fields).filter(([other]) => other !== name)
          const members = [...rest.map(([other, text]) => `"${other}":${JSON.stringify(text)}`), `"${name}":${value}`]
          const answer = await client.send('POST', path, json(`{${members.join()}}`))
          expect(answer.status, `${name} is ${what}`).to.equal(400)
          expect(answer.body, `${name} is ${what}`).to.deep.equal({ [name]: [problem] })
        }
      }
      expect(await snapshotOf(server)).to.equal(before)
    })

    it('refuses a body that is no JSON object', async () => {
      const client = aClient(await aServer())
      for (const [what, body, expected] of wrongBodies) {
        const answer = await client.send('POST', path, json(body))
        expect(answer.status, what).to.equal(400)
        expect(answer.body, what).to.deep.equal(expected)
      }
    })

    it('refuses malformed JSON as a parse error', async () => {
      const client = aClient(await aServer())
      for (const body of ['{', '{"a":}', "{'a':'b'}", 'a', '{"a":NaN}', '{"a":1}x', ' ']) {
        const answer = await client.send('POST', path, json(body))
        expect(answer.status, body).to.equal(400)
        expect(Object.keys(answer.body), body).to.deep.equal(['detail'])
        expect(answer.body.detail, body).to.match(/^JSON parse error - /)
      }
    })

    it('answers other methods with 405 and the header Allow', async () => {
      const client = aClient(await aServer())
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        const answer = await client.send(method, path)
        expect(answer.status, method).to.equal(405)
        expect(answer.headers.get('allow'), method).to.equal('POST, OPTIONS')
        expect(answer.body, method).to.deep.equal({ detail: `Method "${method}" not allowed.` })
      }
      expect((await client.send('HEAD', path)).status).to.equal(405)
    })

    it('answers rare methods such as PROPFIND with 405, too', async () => {
      const server = await aServer()
      for (const method of ['TRACE', 'PROPFIND', 'SEARCH', 'LINK']) {
        const answer = await sendRaw(server, [`${method} ${path} HTTP/1.1`, 'Host: localhost'])
        expect(answer.status, method).to.equal(405)
        expect(answer.headers.allow, method).to.equal('POST, OPTIONS')
      }
    })

    it('refuses an unsupported media type with 415', async () => {
      const client = aClient(await aServer())
      for (const type of ['text/plain', 'application/xml', 'application/json-patch+json']) {
        const answer = await client.send('POST', path, { body: '{}', headers: { 'Content-Type': type } })
        expect(answer.status, type).to.equal(415)
        expect(answer.body, type).to.deep.equal({ detail: `Unsupported media type "${type}" in request.` })
      }
    })

    it('refuses a body without Content-Type with 415', async () => {
      const server = await aServer()
      const answer = await sendRaw(server, [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Length: 2'], '{}')
      expect(answer.status).to.equal(415)
      expect(JSON.parse(answer.text)).to.deep.equal({ detail: 'Unsupported media type "" in request.' })
    })

    it('refuses an unsupported Accept header with 406', async () => {
      const client = aClient(await aServer())
      for (const accept of [
        'text/html',
        'application/xml',
        'application/json;q=0',
        '*/*, application/json; q=0.0',
        'json',
      ]) {
        const answer = await client.send('POST', path, { json: fields, headers: { Accept: accept } })
        expect(answer.status, accept).to.equal(406)
        expect(answer.body, accept).to.deep.equal({ detail: 'Could not satisfy the request Accept header.' })
      }
    })

    it('accepts every Accept header that includes JSON', async () => {
      const server = await aServer()
      for (const accept of [
        'application/json; charset=utf-8',
        'application/json;indent=4',
        'Application/JSON',
        'text/html, application/*;q=0.1',
        'application/json, text/plain, */*',
        '*/*;q=0.5',
        '',
      ]) {
        const answer = await sendRaw(server, [`OPTIONS ${path} HTTP/1.1`, 'Host: localhost', `Accept: ${accept}`])
        expect(answer.status, accept).to.equal(200)
      }
    })

    it('describes its methods and media types in the answer to OPTIONS', async () => {
      const answer = await aClient(await aServer()).send('OPTIONS', path)
      expect(answer.status).to.equal(200)
      expect(answer.headers.get('allow')).to.equal('POST, OPTIONS')
      expect(answer.body.renders).to.deep.equal(['application/json'])
      expect(answer.body.parses).to.have.length(3)
    })

    it('reads JSON, forms and multipart forms alike, with and without the trailing slash', async () => {
      const client = aClient(await aServer())
      const multipart = new FormData()
      for (const [name, value] of Object.entries(fields)) multipart.set(name, value)
      const form = new URLSearchParams(fields).toString()
      for (const each of [path, path.replace(/\/$/, '')]) {
        const answers = [
          await client.send('POST', each, { json: fields }),
          await client.send('POST', each, { ...json(JSON.stringify(fields)), headers: jsonWithCharset }),
          await client.send('POST', each, { body: form, headers: formType }),
          await client.send('POST', each, { body: multipart }),
        ]
        for (const answer of answers) expect(answer.status).to.equal(path === '/api/token/' ? 200 : 401)
      }
    })

    it('ignores the Authorization header, and answers with Cache-Control: no-store', async () => {
      const client = aClient(await aServer())
      for (const authorization of ['Bearer nonsense', 'Bearer', 'Basic YTpi']) {
        const answer = await client.send('POST', path, { json: {}, headers: { Authorization: authorization } })
        expect(answer.status).to.equal(400)
        expect(answer.headers.get('cache-control')).to.equal('no-store')
      }
    })

    it('allows every origin (CORS), without credentials', async () => {
      const client = aClient(await aServer())
      const origin = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' }
      const preflight = await client.send('OPTIONS', path, { headers: origin })
      expect(preflight.status).to.equal(204)
      expect(preflight.headers.get('access-control-allow-methods')).to.include('POST')
      const refused = await client.send('POST', path, { json: {}, headers: { Origin: 'https://app.example' } })
      for (const answer of [preflight, refused]) {
        expect(answer.headers.get('access-control-allow-origin')).to.equal('*')
        expect(answer.headers.get('access-control-allow-credentials')).to.equal(null)
      }
    })
  })
}

const jsonWithCharset = { 'Content-Type': 'Application/JSON; charset=UTF-8' }
const formType = { 'Content-Type': 'application/x-www-form-urlencoded' }

describe('the simplejwt routes', () => {
  it('answer an unknown path with 404 for every method', async () => {
    const client = aClient(await aServer())
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await client.send(method, '/api/token/nothing/')
      expect(answer.status).to.equal(404)
      expect(answer.body).to.deep.equal({ detail: 'Not found.' })
    }
  })
})
