// An API with Express that requires a valid token on every route except the open ones. Scopes and permissions are at the route;
// the text of one refusal is replaced.
import { createVerifier } from 'darvoza/verifier'
import { protect, requireToken, tokenOf } from 'darvoza/verifier/express'
import express from 'express'

const verifier = createVerifier({
  issuer: process.env.ISSUER ?? 'http://localhost:4000',
  audience: process.env.AUDIENCE ?? 'http://localhost:8000/',
  clientId: process.env.CLIENT_ID ?? 'orders',
  clientSecret: process.env.CLIENT_SECRET,
})
const needs = what => requireToken(verifier, what, { refusal: { permission_denied: 'Ask the head of sales.' } })

const app = express()
app.use(protect(verifier, { open: ['GET /health/'] }))
app.get('/health/', (_req, res) => res.json(verifier.status()))
app
  .route('/orders/')
  .get(needs({ scope: 'orders:read' }), (req, res) => res.json({ orders: [], of: tokenOf(req).sub }))
  .post(needs({ permission: 'orders:write' }), (req, res) => res.status(201).json({ by: tokenOf(req).sub }))
  .delete(needs({ permission: 'orders:manage' }), (_req, res) => res.status(204).end())

const server = app.listen(Number(process.env.PORT ?? 8000), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => verifier.close()))
