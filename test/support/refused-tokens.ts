// A token for every error code of a refused token: made by a change of its session, user, application or key, and
// forged only where the code is about the content of the token.
import { anApplication } from './applications.js'
import { aClient, claimsOf } from './client.js'
import { aForge, changed } from './forge.js'
import { password, type TestServer } from './server.js'

export type RefusedTokens = {
  admin: string
  access: Readonly<Record<string, string>>
  refresh: Readonly<Record<string, string>>
}

/** Tokens by the error code with which they are refused. */
export async function refusedTokens(server: TestServer): Promise<RefusedTokens> {
  const { people, applications, keys, logs } = server.composed.parts
  const client = aClient(server)
  const forge = aForge(server)
  const aPair = async (more: object = {}) => {
    const user = await server.aUser(more)
    return { ...(await client.signIn(user)), id: user.id }
  }

  // First the revocation of keys, which would end all other tokens.
  const underOldKey = await client.signIn({ username: 'admin', password })
  const { kid } = (await keys.keyRing.list()).find(key => key.state === 'active' && key.algorithm === 'ES256')!
  await keys.keyRing.revoke(kid, 'system')
  await keys.sealedSecrets.revoke('refresh', 'system')

  const admin = await client.signIn({ username: 'admin', password })
  const [one, ended, stale, inactive, unknown] = await Promise.all(Array.from({ length: 5 }, () => aPair()))
  const bound = await aPair({ mustChangePassword: true })
  await client.post('/api/token/blacklist', { refresh: ended!.refresh })
  await people.users.setRoles(stale!.id, ['support'], 'system')
  await people.users.disable(inactive!.id, 'system')
  await people.users.remove(unknown!.id, 'system')
  const revoked = forge.access(changed(one!.access, { jti: 'a-token-to-revoke' }))
  await logs.revocationLog.add({ kind: 'token', subject: 'a-token-to-revoke', effect: 'end', why: '' }, 'system')
  for (const id of ['booth', 'stall']) await anApplication(server, id)
  const ofStall = forge.access(changed(one!.access, { client_id: 'stall' }))
  await applications.applications.disable('stall', 'system')
  const spent = await aPair()
  await client.refresh(spent.refresh)
  await client.refresh((await client.refresh(spent.refresh)).body.refresh)
  server.clock.advance('1m')

  const at = Math.floor(server.clock.now() / 1000)
  const [head, body] = one!.access.split('.')
  const [refreshHead, refreshBody] = one!.refresh.split('.')
  const unlike = (text: string, forged: (claims: Record<string, unknown>, header?: object) => string) => ({
    token_malformed: 'nothing',
    token_key_unknown: forged(claimsOf(text), { kid: text === one!.access ? 'A'.repeat(43) : '900' }),
    token_algorithm: forged(claimsOf(text), { alg: 'ES512' }),
    token_claims: forged(changed(text, { sid: 7 })),
    token_issuer: forged(changed(text, { iss: 'https://other.example' })),
    token_audience: forged(changed(text, { aud: 'https://other.example' })),
    token_expired: forged(changed(text, { iat: at - 60, exp: at - 30 })),
  })
  return {
    admin: admin.access,
    access: {
      ...unlike(one!.access, (claims, header) => forge.access(claims, header as Record<string, unknown>)),
      token_signature: `${head}.${body}.${admin.access.split('.')[2]}`,
      token_key_revoked: underOldKey.access,
      token_type: one!.refresh,
      token_not_yet_valid: forge.access(changed(one!.access, { iat: at + 2 * 86_400, exp: at + 2 * 86_400 + 60 })),
      clock_went_back: forge.access(changed(one!.access, { iat: at + 600, exp: at + 900 })),
      token_revoked: revoked,
      token_stale: stale!.access,
      session_ended: ended!.access,
      user_inactive: inactive!.access,
      user_unknown: unknown!.access,
      application_disabled: ofStall,
      insufficient_scope: forge.access(changed(one!.access, { client_id: 'booth', scope: 'orders:read' })),
      password_change_required: bound.access,
      permission_denied: (await aPair()).access,
      insufficient_user_authentication: forge.access(changed(admin.access, { auth_time: at - 3_600 })),
    },
    refresh: {
      ...unlike(one!.refresh, (claims, header) => forge.refresh(claims, header as Record<string, unknown>)),
      token_signature: `${refreshHead}.${refreshBody}.${admin.refresh.split('.')[2]}`,
      token_key_revoked: underOldKey.refresh,
      token_type: one!.access,
      token_reused: spent.refresh,
      session_ended: ended!.refresh,
      user_inactive: inactive!.refresh,
      user_unknown: unknown!.refresh,
    },
  }
}
