// nginx asks Darvoza what a token is worth (RFC 7662) and decides here: 204 lets the request on, 401 and 403 refuse it.
// Introspection answers 200 also for a token that is no good, which auth_request alone would let in.
// biome-ignore lint/style/useNodejsImportProtocol: njs is no Node.js
import crypto from 'crypto'

// The cache's key: no token is written to the disk.
const tokenHash = r => crypto.createHash('sha256').update(r.variables.bearer).digest('hex')

function refuse(r, status, error) {
  r.headersOut['X-Challenge'] = error ? `Bearer error="${error}"` : 'Bearer'
  r.return(status)
}

async function decide(r) {
  if (!r.variables.bearer) return refuse(r, 401, '')
  const answer = await r.subrequest('/_darvoza/introspect')
  let claims
  try {
    if (answer.status !== 200) throw new Error(`introspection answered ${answer.status}`)
    claims = JSON.parse(answer.responseText)
  } catch (error) {
    // Darvoza could not be asked: nobody is signed out by that. auth_request makes it 500, nginx.conf 503.
    r.error(error.message)
    return r.return(503)
  }
  const alive = claims.active === true && claims.exp > Date.now() / 1000
  // A refresh token has no token_type. A token that is bound to a key (cnf) is worth nothing without a proof of it.
  if (!alive || claims.token_type !== 'Bearer' || claims.cnf || claims.aud !== r.variables.darvoza_audience)
    return refuse(r, 401, 'invalid_token')
  // What $needs says of the method: "scope orders:read", "permission orders:write"; where it says nothing, nobody.
  const need = r.variables.needs.split(' ')
  const scopes = claims.scope || ''
  const permissions = claims.permissions || []
  const held = { scope: scopes.split(' '), permission: permissions }[need[0]]
  if (!held || need.length < 2 || !need.slice(1).every(word => held.includes(word)))
    return refuse(r, 403, 'insufficient_scope')
  r.headersOut['X-Sub'] = claims.sub
  r.headersOut['X-Scope'] = scopes
  r.headersOut['X-Permissions'] = permissions.join(' ')
  r.return(204)
}

export default { decide, tokenHash }
