// Answers auth_request of nginx, with the client's method and path: 204 and the user in headers, or a refusal. The verifier library
// decides locally, without a request to Darvoza per token, and refuses a token within two seconds after a sign-out.
import { createServer } from 'node:http'
import { createVerifier } from 'darvoza/verifier'
import { protect } from 'darvoza/verifier/node'

const verifier = createVerifier({
  issuer: process.env.ISSUER ?? 'http://localhost:4000',
  audience: process.env.AUDIENCE ?? 'http://localhost:8000/',
  clientId: process.env.CLIENT_ID ?? 'orders',
  clientSecret: process.env.CLIENT_SECRET,
})

const rules = {
  open: ['GET /health/'],
  routes: {
    'GET /orders/': { scope: 'orders:read' },
    'POST /orders/': { permission: 'orders:write' },
    '* /orders/*': { permission: 'orders:manage' },
  },
}

const gate = createServer(
  protect(verifier, rules, (_req, res, token) => {
    if (token) {
      res.setHeader('X-Sub', token.sub)
      res.setHeader('X-Scope', token.scopes.join(' '))
      res.setHeader('X-Permissions', (token.permissions ?? []).join(' '))
    }
    res.writeHead(204).end()
  }),
)

gate.listen(Number(process.env.PORT ?? 9000), '127.0.0.1')
process.on('SIGTERM', () => gate.close(() => verifier.close()))
