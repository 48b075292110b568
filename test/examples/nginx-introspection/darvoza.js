// njs code for auth_request: introspects the token at Darvoza (RFC 7662), and answers 204, 401 or 403. auth_request cannot call
// introspection directly, since introspection answers 200 for an invalid token, too.
// biome-ignore lint/style/useNodejsImportProtocol: njs is not Node.js
import crypto from 'crypto'

// The key of the nginx cache: a hash, so that no token is written to disk.
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
    // Introspection failed: not 401, which would sign the user out. auth_request turns this status into 500, site.conf into 503.
    r.error(error.message)
    return r.return(503)
  }
  const alive = claims.active === true && claims.exp > Date.now() / 1000
  // A refresh token has no token_type. A DPoP-bound token (cnf) is invalid without a DPoP proof, which nginx does not check.
  if (!alive || claims.token_type !== 'Bearer' || claims.cnf || claims.aud !== r.variables.darvoza_audience)
    return refuse(r, 401, 'invalid_token')
  // $needs is the requirement of the method: "scope orders:read", "permission orders:write"; empty refuses every token.
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
