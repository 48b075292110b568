// The tags of the API's document, by the beginning of a route's path.
export const tags = [
  { under: '/api/token', name: 'Sign-in', about: 'The four endpoints of djangorestframework-simplejwt, on its wire.' },
  { under: '/api/me', name: 'My account', about: 'What the signed-in user may see and do about themselves.' },
  { under: '/api/admin/users', name: 'Users', about: 'Users, as administrators see and change them.' },
  { under: '/api/admin/sessions', name: 'Sessions', about: 'Sessions of everybody.' },
  { under: '/api/admin/devices', name: 'Devices', about: 'Devices of everybody.' },
  { under: '/api/admin/api-keys', name: 'API keys', about: 'API keys of everybody.' },
  {
    under: '/api/admin/bulk',
    name: 'Acts on many',
    about:
      'Acts on all that `ids` names, or that the filter in the address finds. The first call answers whom it would reach; the same call with the `at` and the `count` of that answer does it, as long as it would reach as many.',
  },
  { under: '/api/admin/overview', name: 'Overview', about: 'The figures of the dashboard.' },
  { under: '/api/admin/roles', name: 'Roles', about: 'Roles, and the permissions that they give.' },
  { under: '/api/admin/applications', name: 'Applications', about: 'Applications and resource servers.' },
  { under: '/api/admin/initial-access-tokens', name: 'Applications' },
  {
    under: '/api/admin/deliveries',
    name: 'Logout tokens',
    about: 'What applications are told of sessions that have ended (OpenID Connect Back-Channel Logout).',
  },
  { under: '/api/admin/revocations', name: 'Logs', about: 'What was revoked, what was done, and what went wrong.' },
  { under: '/api/admin/verifiers', name: 'Logs' },
  { under: '/api/admin/audit', name: 'Logs' },
  { under: '/api/admin/incidents', name: 'Logs' },
  { under: '/api/admin/policies', name: 'Policies', about: 'The rules that change while the server runs.' },
  { under: '/api/admin/keys', name: 'Signing keys', about: 'The keys that tokens are signed with.' },
  { under: '/oauth', name: 'OAuth', about: 'OAuth 2.1 and OpenID Connect, for applications.' },
  {
    under: '/revocations',
    name: 'Resource servers',
    about: 'What resource servers follow that verify tokens by themselves: who does has heard of a revocation at once.',
  },
  { under: '/.well-known', name: 'Discovery', about: 'What clients learn of this server by themselves.' },
  { under: '/openapi.json', name: 'Discovery' },
  { under: '/healthz', name: 'Health', about: 'For whoever watches this server.' },
  { under: '/readyz', name: 'Health' },
] as const satisfies readonly { under: string; name: string; about?: string }[]

/** The tag of a path. @throws Error if none matches: add a row */
export function tagOf(path: string): string {
  const found = tags.find(({ under }) => path === under || path.startsWith(`${under}/`))
  if (!found) throw new Error(`${path} belongs to no chapter of the document: openapi/tags.ts`)
  return found.name
}
