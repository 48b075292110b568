// An API with Fastify that requires a valid token on every route except the open ones. Scopes and permissions are at the route.
import { createVerifier } from 'darvoza/verifier'
import { protect, requireToken, tokenOf } from 'darvoza/verifier/fastify'
import fastify from 'fastify'

const verifier = createVerifier({
  issuer: process.env.ISSUER ?? 'http://localhost:4000',
  audience: process.env.AUDIENCE ?? 'http://localhost:8000/',
  clientId: process.env.CLIENT_ID ?? 'orders',
  clientSecret: process.env.CLIENT_SECRET,
})
const needs = what => ({ onRequest: requireToken(verifier, what) })

const app = fastify()
await app.register(protect(verifier, { open: ['GET /health/'] }))
app.get('/health/', () => verifier.status())
app.get('/orders/', needs({ scope: 'orders:read' }), request => ({ orders: [], of: tokenOf(request).sub }))
app.post('/orders/', needs({ permission: 'orders:write' }), (request, reply) =>
  reply.code(201).send({ by: tokenOf(request).sub }),
)
app.delete('/orders/', needs({ permission: 'orders:manage' }), (_request, reply) => reply.code(204).send())

await app.listen({ port: Number(process.env.PORT ?? 8000), host: '127.0.0.1' })
process.on('SIGTERM', () => app.close().then(() => verifier.close()))
