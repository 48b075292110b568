// The OpenAPI document: caching, validity by the schema, and that it has the API routes of the route table alone.
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect } from 'chai'
import { type Access, kinds } from '../../server/http/kinds/kinds.js'
import type { RouteRow } from '../../server/http/route.js'
import { routes } from '../../server/http/routes.js'
import { aClient } from '../support/client.js'
import { sendRaw } from '../support/raw.js'
import { aServer, issuer } from '../support/server.js'

type Operation = { operationId: string }

const table = Object.entries(routes) as [string, RouteRow<Access>][]
const ofPrograms = table.filter(([, { access }]) => kinds[access.kind].presenter !== 'page')

describe('the OpenAPI document', () => {
  it('is public, cacheable for five minutes, and answers 304 to a matching If-None-Match', async () => {
    const server = await aServer()
    const { status, headers } = await aClient(server).get('/openapi.json')
    expect(status).to.equal(200)
    expect(headers.get('content-type')).to.match(/^application\/json/)
    expect(headers.get('access-control-allow-origin')).to.equal('*')
    expect(headers.get('cache-control')).to.equal('public, max-age=300')
    const again = ['GET /openapi.json HTTP/1.1', 'Host: localhost', `If-None-Match: ${headers.get('etag')}`]
    expect(await sendRaw(server, again)).to.include({ status: 304, text: '' })
  })

  it('is valid by the OpenAPI 3.1 schema', async () => {
    const { body } = await aClient(await aServer()).get('/openapi.json')
    expect(body.openapi).to.match(/^3\.1\./)
    expect(body.servers).to.deep.equal([{ url: issuer }])
    const { valid, errors } = await new Validator().validate(body)
    expect(valid, JSON.stringify(errors)).to.equal(true)
  })

  it('has every API route of the route table under its operationId, and no other', async () => {
    const { body } = await aClient(await aServer()).get('/openapi.json')
    const paths = Object.entries(body.paths as Record<string, Record<string, Operation>>)
    const documented = paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`),
    )
    const inTable = ofPrograms.map(
      ([name, { method, path }]) => `${name}: ${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    )
    expect(documented.sort()).to.deep.equal(inTable.sort())
  })
})
