// An API with Koa that requires a valid token on every route except the open ones. The verifier library decides locally, without a
// request to Darvoza per token, and refuses a token within two seconds after a sign-out.
import Router from '@koa/router'
import { createVerifier } from 'darvoza/verifier'
import { protect, tokenOf } from 'darvoza/verifier/koa'
import Koa from 'koa'

const verifier = createVerifier({
  issuer: process.env.ISSUER ?? 'http://localhost:4000',
  audience: process.env.AUDIENCE ?? 'http://localhost:8000/',
  clientId: process.env.CLIENT_ID ?? 'orders',
  clientSecret: process.env.CLIENT_SECRET,
})

const router = new Router()
router.get('/health/', ctx => {
  ctx.body = verifier.status()
})
router.get('/orders/', ctx => {
  ctx.body = { orders: [], of: tokenOf(ctx).sub }
})
router.post('/orders/', ctx => {
  Object.assign(ctx, { status: 201, body: { by: tokenOf(ctx).sub } })
})

const routes = {
  'GET /orders/': { scope: 'orders:read' },
  'POST /orders/': { permission: 'orders:write' },
  '* /orders/*': { permission: 'orders:manage' },
}
const app = new Koa().use(protect(verifier, { open: ['GET /health/'], routes })).use(router.routes())

const server = app.listen(Number(process.env.PORT ?? 8000), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => verifier.close()))
