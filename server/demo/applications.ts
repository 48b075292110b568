// The applications of a demo, one of each kind.
import { withDefaults } from '../policy/application-defaults.js'
import type { ApplicationKind, ApplicationMetadata, ResourceScope } from '../policy/application-metadata.js'
import type { NewApplication } from '../storage/applications.js'

type Described = {
  id: string
  name: string
  kind: ApplicationKind
  metadata?: ApplicationMetadata
  resource?: string
  resourceScopes?: readonly ResourceScope[]
}

/** Applications with URLs of reserved names, so that no browser is sent to a real site (RFC 2606). */
const applications: readonly Described[] = [
  {
    ...{ id: 'demo-shop', name: 'Web shop', kind: 'web' },
    metadata: {
      redirect_uris: ['https://shop.toshkent-savdo.example/callback'],
      post_logout_redirect_uris: ['https://shop.toshkent-savdo.example/'],
      scope: 'openid profile email offline_access demo:orders:read demo:orders:write',
      first_party: true,
      permissions: ['orders:read', 'orders:write'],
    },
  },
  {
    ...{ id: 'demo-reports', name: 'Reports', kind: 'browser' },
    metadata: {
      redirect_uris: ['https://reports.toshkent-savdo.example/'],
      scope: 'openid profile roles offline_access demo:orders:read',
      required_roles: ['manager', 'accountant'],
    },
  },
  {
    ...{ id: 'demo-drivers', name: 'Drivers’ phones', kind: 'native' },
    metadata: {
      redirect_uris: ['example.toshkent-savdo.drivers:/callback', 'http://127.0.0.1/callback'],
      scope: 'openid profile offline_access demo:orders:read',
    },
  },
  { ...{ id: 'demo-export', name: 'Nightly export', kind: 'machine' }, metadata: { scope: 'demo:orders:read' } },
  {
    ...{ id: 'demo-orders', name: 'Orders', kind: 'resource_server' },
    resource: 'https://api.toshkent-savdo.example/orders',
    resourceScopes: [
      {
        ...{ name: 'demo:orders:read', description: 'See orders' },
        descriptions: { uz: 'Buyurtmalarni koʻrish', ru: 'Видеть заказы' },
      },
      {
        ...{ name: 'demo:orders:write', description: 'Take and change orders' },
        descriptions: { uz: 'Buyurtma olish va oʻzgartirish', ru: 'Принимать и менять заказы' },
      },
    ],
  },
]

/** Rows of the demo's applications; they have no secret until an administrator makes one. */
export function demoApplications(createdAt: number): NewApplication[] {
  return applications.map(({ id, name, kind, metadata = {}, resource = null, resourceScopes = [] }) => ({
    ...{ id, name, kind, metadata: withDefaults(kind, metadata), resource, resourceScopes },
    ...{ origin: 'administrator', active: true, createdAt, registrationTokenHash: null },
  }))
}
