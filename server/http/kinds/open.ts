// Routes for programs that anybody may call; credentials in the request are ignored.
import type { Kind } from './kind.js'

export type OpenAccess = { kind: 'open' }

export const open = { kind: 'open' } as const

export const openKind: Kind<OpenAccess> = {
  sender: 'nobody',
  presenter: 'api',
  cors: 'anyOrigin',
  body: 'fields',
  // Serializers of Django REST framework ignore unknown members, and clients of simplejwt rely on it.
  unknown: 'ignored',
  who: () => 'anyone',
  security: () => [],
  refuses: () => [],
  judge: () => [],
  confirm: () => [],
}
