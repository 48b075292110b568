// The tags of the API's document, by the beginning of a route's path.
export const tags = [
  {
    under: '/api/token',
    name: 'Sign-in',
    about: 'The four endpoints of djangorestframework-simplejwt, with its request and response formats.',
  },
  {
    under: '/api/me',
    name: 'My account',
    about: 'The profile, sessions, devices, applications and API keys of the signed-in user.',
  },
  { under: '/api/admin/users', name: 'Users', about: 'Users, for administrators.' },
  { under: '/api/admin/sessions', name: 'Sessions', about: 'Sessions of everybody.' },
  { under: '/api/admin/devices', name: 'Devices', about: 'Devices of all users.' },
  { under: '/api/admin/api-keys', name: 'API keys', about: 'API keys of all users.' },
  {
    under: '/api/admin/bulk',
    name: 'Bulk actions',
    about:
      'Bulk actions on all rows that `ids` names, or that the filter in the query finds. The first request answers a preview; the same request with `at` and `count` of that preview performs the action, if it would still reach the same number.',
  },
  { under: '/api/admin/overview', name: 'Overview', about: 'The figures of the dashboard.' },
  { under: '/api/admin/roles', name: 'Roles', about: 'Roles and their permissions.' },
  { under: '/api/admin/applications', name: 'Applications', about: 'Applications and resource servers.' },
  { under: '/api/admin/initial-access-tokens', name: 'Applications' },
  {
    under: '/api/admin/deliveries',
    name: 'Logout tokens',
    about: 'Logout tokens that notify applications of ended sessions (OpenID Connect Back-Channel Logout).',
  },
  {
    under: '/api/admin/revocations',
    name: 'Logs',
    about: 'The revocation log, the audit log, reuses of refresh tokens, and verifiers.',
  },
  { under: '/api/admin/verifiers', name: 'Logs' },
  { under: '/api/admin/audit', name: 'Logs' },
  { under: '/api/admin/incidents', name: 'Logs' },
  {
    under: '/api/admin/policies',
    name: 'Policies',
    about: 'Policies: settings that administrators change while the server runs.',
  },
  { under: '/api/admin/keys', name: 'Signing keys', about: 'The keys with which tokens are signed.' },
  { under: '/oauth', name: 'OAuth', about: 'OAuth 2.1 and OpenID Connect, for applications.' },
  {
    under: '/revocations',
    name: 'Resource servers',
    about: 'The revocation log for resource servers that verify tokens locally, and learn of revocations at once.',
  },
  { under: '/.well-known', name: 'Discovery', about: 'Metadata by which clients configure themselves.' },
  { under: '/openapi.json', name: 'Discovery' },
  { under: '/healthz', name: 'Health', about: 'Health checks for load balancers and monitoring.' },
  { under: '/readyz', name: 'Health' },
] as const satisfies readonly { under: string; name: string; about?: string }[]

/** The tag of a path. @throws Error if none matches: add a row */
export function tagOf(path: string): string {
  const found = tags.find(({ under }) => path === under || path.startsWith(`${under}/`))
  if (!found) throw new Error(`${path} belongs to no chapter of the document: openapi/tags.ts`)
  return found.name
}
