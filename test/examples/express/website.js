// A website with a server, where people sign in by Darvoza: Express and openid-client.
//
//   npm install express express-session openid-client
//   ISSUER=http://localhost:4000 CLIENT_ID=shop CLIENT_SECRET=dvz_sec_… node website.js
//
// In Darvoza: Applications, New application, "Website with a server", with the redirect URI http://127.0.0.1:3000/callback
// and, for after the sign-out, http://127.0.0.1:3000/
import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import * as oidc from 'openid-client'

const { ISSUER = 'http://localhost:4000', CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env
const home = `http://127.0.0.1:${PORT}/`
const redirect_uri = `${home}callback`

// Reads Darvoza's discovery document: its addresses and keys. Plain http is for trying it out on one machine.
const darvoza = await oidc.discovery(new URL(ISSUER), CLIENT_ID, {}, oidc.ClientSecretBasic(CLIENT_SECRET), {
  execute: ISSUER.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
})

const app = express()
const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')
app.use(session({ name: 'website', secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))

// 1. The browser goes to Darvoza. What the answer must match stays here, in the session.
app.get('/login', async (req, res) => {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
  const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() }
  req.session.checks = checks
  const address = oidc.buildAuthorizationUrl(darvoza, {
    redirect_uri,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  })
  res.redirect(address.href)
})

// 2. It comes back with a code, which this server exchanges for tokens.
app.get('/callback', async (req, res) => {
  const { checks } = req.session
  if (!checks || req.query.error === 'access_denied') return res.redirect('/')
  const tokens = await oidc.authorizationCodeGrant(darvoza, new URL(req.originalUrl, home), checks)
  // A new session id, so that one which somebody planted before is worth nothing.
  await new Promise((done, failed) => req.session.regenerate(error => (error ? failed(error) : done())))
  keep(req, tokens)
  res.redirect('/')
})

function keep(req, tokens) {
  const { access_token, refresh_token, id_token } = tokens
  const renewAt = Date.now() + (tokens.expiresIn() - 60) * 1000
  req.session.held = { access_token, refresh_token, id_token, sub: tokens.claims().sub, renewAt }
}

// 3. A page asks who is there. Whoever was signed out at Darvoza, also by an administrator, is refused at once.
app.get('/', async (req, res) => {
  const person = await whoIsThere(req)
  if (!person) return res.send('Nobody is signed in. <a href="/login">Sign in</a>')
  res.send(`Hello, ${escaped(person.name ?? person.preferred_username)}. <a href="/logout">Sign out</a>`)
})

async function whoIsThere(req) {
  const { held } = req.session
  if (!held) return null
  try {
    // Each refresh brings a new refresh token: keep that one.
    if (held.renewAt < Date.now()) keep(req, await oidc.refreshTokenGrant(darvoza, held.refresh_token))
    return await oidc.fetchUserInfo(darvoza, req.session.held.access_token, held.sub)
  } catch (error) {
    // Over: sign in again. Anything else, such as Darvoza not answering, passes, and signs nobody out.
    if (error.error !== 'invalid_grant' && error.status !== 401) throw error
    delete req.session.held
    return null
  }
}

// 4. Signing out here also signs out at Darvoza.
app.get('/logout', (req, res) => {
  const id_token_hint = req.session.held?.id_token
  req.session.destroy(() => {
    if (!id_token_hint) return res.redirect('/')
    res.redirect(oidc.buildEndSessionUrl(darvoza, { id_token_hint, post_logout_redirect_uri: home }).href)
  })
})

const escaped = text => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)

app.listen(Number(PORT), '127.0.0.1', () => console.log(`Open ${home}`))
