// A website with a server whose users sign in at Darvoza: Express and openid-client.
//
//   npm install express express-session openid-client
//   ISSUER=http://localhost:4000 CLIENT_ID=shop CLIENT_SECRET=dvz_sec_… node website.js
//
// In Darvoza: Applications, New application, "Website with a server", with the redirect URI http://127.0.0.1:3000/callback
// and the address after sign-out http://127.0.0.1:3000/
import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import * as oidc from 'openid-client'

const { ISSUER = 'http://localhost:4000', CLIENT_ID, CLIENT_SECRET, PORT = '3000' } = process.env
const home = `http://127.0.0.1:${PORT}/`
const redirect_uri = `${home}callback`

// Reads Darvoza's discovery document: endpoints and keys. Plain http is only for trials on one machine.
const darvoza = await oidc.discovery(new URL(ISSUER), CLIENT_ID, {}, oidc.ClientSecretBasic(CLIENT_SECRET), {
  execute: ISSUER.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
})

const app = express()
const secret = process.env.SESSION_SECRET ?? randomBytes(32).toString('hex')
app.use(session({ name: 'website', secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))

// 1. Redirects the browser to Darvoza. PKCE verifier, state and nonce, which the response must match, stay in the session.
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

// 2. The browser returns with a code, which this server exchanges for tokens.
app.get('/callback', async (req, res) => {
  const { checks } = req.session
  if (!checks || req.query.error === 'access_denied') return res.redirect('/')
  const tokens = await oidc.authorizationCodeGrant(darvoza, new URL(req.originalUrl, home), checks)
  // A new session id, against session fixation.
  await new Promise((done, failed) => req.session.regenerate(error => (error ? failed(error) : done())))
  keep(req, tokens)
  res.redirect('/')
})

function keep(req, tokens) {
  const { access_token, refresh_token, id_token } = tokens
  const renewAt = Date.now() + (tokens.expiresIn() - 60) * 1000
  req.session.held = { access_token, refresh_token, id_token, sub: tokens.claims().sub, renewAt }
}

// 3. A page gets its user from Darvoza. A user who was signed out there, also by an administrator, is refused at once.
app.get('/', async (req, res) => {
  const person = await whoIsThere(req)
  if (!person) return res.send('Nobody is signed in. <a href="/login">Sign in</a>')
  res.send(`Hello, ${escaped(person.name ?? person.preferred_username)}. <a href="/logout">Sign out</a>`)
})

async function whoIsThere(req) {
  const { held } = req.session
  if (!held) return null
  try {
    // Refresh tokens rotate: store the new one after each refresh.
    if (held.renewAt < Date.now()) keep(req, await oidc.refreshTokenGrant(darvoza, held.refresh_token))
    return await oidc.fetchUserInfo(darvoza, req.session.held.access_token, held.sub)
  } catch (error) {
    // The session has ended: the user must sign in again. Other errors are temporary, and must not sign the user out.
    if (error.error !== 'invalid_grant' && error.status !== 401) throw error
    delete req.session.held
    return null
  }
}

// 4. Signs the user out here and at Darvoza (RP-Initiated Logout).
app.get('/logout', (req, res) => {
  const id_token_hint = req.session.held?.id_token
  req.session.destroy(() => {
    if (!id_token_hint) return res.redirect('/')
    res.redirect(oidc.buildEndSessionUrl(darvoza, { id_token_hint, post_logout_redirect_uri: home }).href)
  })
})

const escaped = text => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)

app.listen(Number(PORT), '127.0.0.1', () => console.log(`Open ${home}`))
