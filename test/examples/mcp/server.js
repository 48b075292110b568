// An MCP server (Model Context Protocol) for AI assistants, protected by the verifier library: each user's own notes. An assistant
// without a token gets 401 with the address of the metadata (RFC 9728), lets its user authorize it at Darvoza, and tries again.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createVerifier } from 'darvoza/verifier'
import { protect, requireToken, tokenOf } from 'darvoza/verifier/express'
import express from 'express'
import { z } from 'zod'

const audience = process.env.AUDIENCE ?? 'http://localhost:8000/mcp'
const verifier = createVerifier({
  issuer: process.env.ISSUER ?? 'http://localhost:4000',
  // The address that users give to their assistants, character by character.
  audience,
  clientId: process.env.CLIENT_ID ?? 'notes',
  clientSecret: process.env.CLIENT_SECRET,
})
const resourceMetadata = { name: 'Notes', scopes: ['notes:read', 'notes:write'] }

/** The scope that each tool requires, in addition to this server as audience. */
const scopes = { list_notes: 'notes:read', add_note: 'notes:write' }
const needs = Object.fromEntries(
  Object.entries(scopes).map(([tool, scope]) => [tool, requireToken(verifier, { scope }, { resourceMetadata })]),
)

/** Notes by user id. */
const notes = new Map()

/** @param sub the user id in the token of the request */
function toolsFor(sub) {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  const said = text => ({ content: [{ type: 'text', text }] })
  server.registerTool('list_notes', { description: 'My notes' }, () => said((notes.get(sub) ?? []).join('\n')))
  server.registerTool('add_note', { description: 'Keep a note', inputSchema: { text: z.string() } }, ({ text }) => {
    notes.set(sub, [...(notes.get(sub) ?? []), text])
    return said('Kept.')
  })
  return server
}

/** Refuses with 403 and the missing scope, so that the assistant can request it. A body may be a batch of messages. */
function requireScopes(req, res, next) {
  const called = [req.body].flat().filter(message => message?.method === 'tools/call')
  const asked = called.map(({ params }) => needs[params?.name]).filter(Boolean)
  const judge = ([first, ...others]) =>
    first ? first(req, res, error => (error ? next(error) : judge(others))) : next()
  judge(asked)
}

const app = express()
// Checks the token before the body is read. Also serves /.well-known/oauth-protected-resource/mcp.
app.use(protect(verifier, { open: ['GET /health/'], resourceMetadata }))
app.get('/health/', (_req, res) => res.json(verifier.status()))
app.post('/mcp', express.json(), requireScopes, async (req, res) => {
  // No MCP sessions: the token of each request is verified, so a sign-out takes effect at the next request.
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
  const tools = toolsFor(tokenOf(req).sub)
  res.on('close', () => tools.close())
  await tools.connect(transport)
  await transport.handleRequest(req, res, req.body)
})
app.all('/mcp', (_req, res) => res.set('Allow', 'POST').status(405).end())

const server = app.listen(Number(process.env.PORT ?? 8000), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => verifier.close()))
