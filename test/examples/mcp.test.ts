// An MCP server protected by the verifier kit, and the unmodified client of the official SDK, which is given only the
// address of that server.
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { expect } from 'chai'
import { claimsOf } from '../support/client.js'
import { aDocumentHost } from '../support/document-host.js'
import { anIssuer, endDevicesOf, type Person, registered, throughPages } from '../support/issuer.js'
import { type Assistant, anAssistant, anMcpServer, callback } from '../support/mcp.js'
import { settle, type TestServer } from '../support/server.js'
import { aVisitor } from '../support/visitor.js'

/** Expects a refusal for now, since the user must be asked. @returns the address that the browser was sent to */
async function sentAway(assistant: Assistant): Promise<URL> {
  const failure = await assistant.connect().then(
    () => null,
    (error: unknown) => error,
  )
  expect(failure).to.be.instanceOf(UnauthorizedError)
  return assistant.sent.at(-1)!
}

/** The user of the assistant signs in and authorizes it. */
async function letIn(server: TestServer, assistant: Assistant, person: Person): Promise<URL> {
  const address = await sentAway(assistant)
  const back = await throughPages(server, aVisitor(server), address, person)
  expect(back.href.split('?')[0]).to.equal(callback)
  expect(back.searchParams.get('state'), back.href).to.equal(address.searchParams.get('state'))
  expect(back.searchParams.get('iss')).to.equal(server.settings.issuer)
  await assistant.finish(back)
  return address
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const { content } = (await client.callTool({ name, arguments: args })) as { content: { text: string }[] }
  return content[0]!.text
}

/** Repeats the attempt until it yields a value. @returns the value, and how many ms that took */
async function until<T>(attempt: () => Promise<T | null>): Promise<{ found: T; took: number }> {
  for (const since = performance.now(); ; ) {
    const found = await attempt()
    const took = performance.now() - since
    if (found !== null) return { found, took }
    if (took > 8_000) throw new Error('it never was')
  }
}

/** Sends one message without the SDK, for the answer itself. */
const post = (mcp: string, token: string, message: unknown) =>
  fetch(mcp, {
    method: 'POST',
    body: JSON.stringify(message),
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
    },
  })

const calling = (name: string) => {
  return { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: { text: 'x' } } }
}

describe('an MCP server with the verifier kit', function () {
  this.timeout(60_000)

  it('accepts a client that discovers the authorization server, until the sign-in of the user is ended', async () => {
    const server = await anIssuer()
    const { mcp, stop } = await anMcpServer(server)
    try {
      const scope = 'openid notes:read notes:write'
      await registered(server, 'assistant', 'native', { redirect_uris: [callback], scope })
      const person = await server.aUser()
      const assistant = anAssistant(mcp, { clientId: 'assistant' })
      const address = await letIn(server, assistant, person)
      expect(Object.fromEntries(address.searchParams)).to.include({
        client_id: 'assistant',
        resource: mcp,
        scope: 'notes:read notes:write',
        code_challenge_method: 'S256',
      })
      const { access_token } = assistant.tokens()!
      expect(claimsOf(access_token)).to.include({ aud: mcp, sub: String(person.id) })

      const client = await assistant.connect()
      expect(await call(client, 'add_note', { text: 'Buy milk' })).to.equal('Kept.')
      expect(await call(client, 'list_notes')).to.equal('Buy milk')

      // The notes of another user are not visible.
      const other = anAssistant(mcp, { clientId: 'assistant' })
      await letIn(server, other, await server.aUser())
      const ofOther = await other.connect()
      expect(await call(ofOther, 'list_notes')).to.equal('')
      await ofOther.close()

      // An expired access token is refreshed without the user.
      server.clock.advance('61m')
      await until(async () => {
        expect(await call(client, 'list_notes')).to.equal('Buy milk')
        return assistant.tokens()!.access_token === access_token ? null : true
      })
      expect(assistant.sent).to.have.length(1)

      await endDevicesOf(server, person)
      const refused = () =>
        call(client, 'list_notes').then(
          () => null,
          (error: unknown) => error,
        )
      const { found, took } = await until(refused)
      expect(found).to.be.instanceOf(UnauthorizedError)
      expect(took).to.be.below(2_500)
      expect(assistant.sent).to.have.length(2)
      await client.close()
    } finally {
      await stop()
    }
  })

  it('accepts an unregistered client by its client metadata document', async () => {
    const host = await aDocumentHost()
    const outgoing = { ca: host.ca, resolve: async () => [{ address: '127.0.0.1', family: 4 }] }
    const outgoingAllow = { hosts: ['tool.example'], networks: [] }
    const server = await anIssuer({ ports: { outgoing } }, { outgoingAllow })
    const { mcp, stop } = await anMcpServer(server)
    try {
      await server.setPolicy({
        client_id_metadata_documents: 'listed_hosts',
        client_id_metadata_document_hosts: host.host,
        self_registered_scopes: 'notes:read notes:write',
      })
      const assistant = anAssistant(mcp, { clientMetadataUrl: `${host.origin}/client.json` })
      host.publish('/client.json', { ...assistant.metadata, client_uri: host.origin })
      const person = await server.aUser()
      const address = await letIn(server, assistant, person)
      expect(address.searchParams.get('client_id')).to.equal(`${host.origin}/client.json`)
      const client = await assistant.connect()
      expect(await call(client, 'add_note', { text: 'Buy milk' })).to.equal('Kept.')
      expect(await call(client, 'list_notes')).to.equal('Buy milk')
      const said = claimsOf(assistant.tokens()!.access_token)
      expect(said).to.include({ aud: mcp, client_id: `${host.origin}/client.json`, sub: String(person.id) })
      await client.close()
    } finally {
      await stop()
      host.close()
    }
  })

  it('accepts a client by dynamic registration, and again after an administrator has deleted it', async () => {
    const server = await anIssuer()
    const { mcp, stop } = await anMcpServer(server)
    try {
      const assistant = anAssistant(mcp)
      const refused = await assistant.connect().then(
        () => null,
        (error: unknown) => error as Error,
      )
      expect(refused?.message).to.include('does not support dynamic client registration')
      await server.setPolicy({ client_registration: 'open', self_registered_scopes: 'notes:read notes:write' })
      const person = await server.aUser()
      const address = await letIn(server, assistant, person)
      const { client_id: id } = assistant.information()!
      expect(address.searchParams.get('client_id')).to.equal(id)
      const client = await assistant.connect()
      expect(await call(client, 'add_note', { text: 'Buy milk' })).to.equal('Kept.')
      expect(claimsOf(assistant.tokens()!.access_token)).to.include({ aud: mcp, client_id: id })

      await server.composed.parts.applications.applications.remove(id, 'system')
      await settle(server.composed)
      await until(() =>
        call(client, 'list_notes').then(
          () => null,
          () => true,
        ),
      )
      await client.close()
      await letIn(server, assistant, person)
      expect(assistant.information()!.client_id).to.not.equal(id)
      const anew = await assistant.connect()
      expect(await call(anew, 'list_notes')).to.equal('Buy milk')
      await anew.close()
    } finally {
      await stop()
    }
  })

  it('refuses a tool call with 403 and the name of the missing scope, also within a batch of messages', async () => {
    const server = await anIssuer()
    const { mcp, stop } = await anMcpServer(server)
    try {
      await registered(server, 'reader', 'native', { redirect_uris: [callback], scope: 'notes:read' })
      const reader = anAssistant(mcp, { clientId: 'reader' })
      const address = await sentAway(reader)
      address.searchParams.set('scope', 'notes:read')
      await reader.finish(await throughPages(server, aVisitor(server), address, await server.aUser()))
      const { access_token } = reader.tokens()!
      expect((await post(mcp, access_token, calling('list_notes'))).status).to.equal(200)
      for (const message of [calling('add_note'), [calling('list_notes'), calling('add_note')]]) {
        const { status, headers } = await post(mcp, access_token, message)
        const challenge = headers.get('www-authenticate')
        expect([status, challenge?.startsWith('Bearer ')]).to.deep.equal([403, true])
        expect(challenge).to.include('error="insufficient_scope"').and.include('scope="notes:write"')
        expect(challenge).to.include(`resource_metadata="${new URL('/.well-known/oauth-protected-resource/mcp', mcp)}"`)
      }
    } finally {
      await stop()
    }
  })
})
