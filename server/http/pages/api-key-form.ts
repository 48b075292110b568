// The form for a new API key, and the page of the new key. Its text is only in the answer to the form: it is not
// stored, not logged, and in no address; a page that is loaded again does not show it.
import type { ApiKeys } from '../../identity/api-keys/api-keys.js'
import type { ApiKeyToCreate } from '../../identity/api-keys/new-api-key.js'
import type { Applications } from '../../identity/applications/applications.js'
import type { PublicApplication } from '../../identity/applications/public-application.js'
import type { PublicUser } from '../../identity/people/public-user.js'
import { accountScope, longestApiKeyName } from '../../policy/api-key.js'
import { ownApplicationId, scopeDescription } from '../../policy/application-metadata.js'
import { isOwnPermission } from '../../policy/permissions.js'
import { refuseField } from '../../protocol/errors.js'
import { browserUserOf, type Context } from '../handler.js'
import { routes } from '../routes.js'
import { type ShownApiKey, scopeMeaning, shownApiKey } from './api-key-texts.js'
import { endOf } from './days.js'
import { chosenIn, type Problems, problemsOf, typedIn } from './fields.js'
import type { Frame } from './frame.js'
import type { Pages } from './page.js'

export type ApiKeyFormDeps = {
  pages: Pages
  issuer: string
  apiKeys: Pick<ApiKeys, 'create'>
  applications: Pick<Applications, 'list'>
  now: () => number
}

/** The user of the new key, and the page around the form. */
export type ApiKeyOwner = {
  user: Pick<PublicUser, 'id' | 'username' | 'allPermissions'>
  /** Whether a permission of the user may be given to the key. */
  mayGive: (permission: string) => boolean
  action: string
  /** The address of the list of keys. */
  back: string
  title: string
  crumbs: { label: string; href: string }[]
}

const day = 86_400_000
const lives = { '30d': 30 * day, '90d': 90 * day, '1y': 365 * day } as const
const expiries = [...Object.keys(lives), 'date', 'never']
/** The most resource servers in the form; keys for others are made through the API. */
const mostServers = 100

const isLife = (text: string): text is keyof typeof lives => Object.hasOwn(lives, text)

export function createApiKeyForms({ pages, issuer, apiKeys, applications, now }: ApiKeyFormDeps) {
  async function show(ctx: Context, owner: ApiKeyOwner, problems: Problems | null = null): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { action, back, title, crumbs, user } = owner
    const { results } = await applications.list({ isResourceServer: true, state: 'active' }, { limit: mostServers })
    const servers = results.filter(one => one.id !== ownApplicationId)
    const data = {
      ...{ title, crumbs, action, back },
      lead: frame.t('apiKeys.newLead', { name: user.username }),
      problems: problems ?? {},
      values: problems ? valuesIn(ctx) : { expires: '90d', resource: '' },
      ...choicesFor(owner, servers, frame),
      resources: servers.map(({ name, resource }) => ({ value: resource ?? '', label: name })),
      expiries: expiries.map(value => presentExpiry(value, frame)),
      today: new Date(now()).toISOString().slice(0, 10),
      longestApiKeyName,
    }
    await pages.show(ctx, 'new-api-key', data, problems ? 400 : 200)
  }

  function presentExpiry(value: string, { t, format }: Frame) {
    const ends = isLife(value) ? t('apiKeys.until', { date: format.date(now() + lives[value]) }) : null
    return { value, label: t(`apiKeys.expiry.${value}`), help: value === 'never' ? t('apiKeys.neverHelp') : ends }
  }

  /** Reads the form. @throws invalid_fields */
  function read(ctx: Context): ApiKeyToCreate {
    const { name, resource, elevated } = typedIn(ctx, ['name', 'resource', 'elevated'])
    const forServer = resource !== ''
    return {
      name,
      // Only the checkboxes that the form shows for the chosen resource server are read.
      scopes: chosenIn(ctx, forServer ? 'others' : 'own'),
      resource: forServer ? resource : null,
      elevated: !forServer && elevated === '1',
      expiresAt: expiryIn(ctx, pages.frameOf(ctx).zone),
    }
  }

  function expiryIn(ctx: Context, zone: string): number | null {
    const { expires, until } = typedIn(ctx, ['expires', 'until'])
    if (isLife(expires)) return now() + lives[expires]
    if (expires === 'never') return null
    if (expires !== 'date') throw refuseField('expires', 'required')
    const end = until.includes('T') ? undefined : endOf(until, zone)
    if (end === undefined) throw refuseField('until', until === '' ? 'required' : 'not_day')
    return end
  }

  return {
    show: (ctx: Context, owner: ApiKeyOwner) => show(ctx, owner),

    /** Makes the key and shows its text, only this once; or shows the form again. */
    async create(ctx: Context, owner: ApiKeyOwner): Promise<void> {
      let made: Awaited<ReturnType<ApiKeys['create']>>
      try {
        made = await apiKeys.create(owner.user.id, read(ctx), browserUserOf(ctx).actor)
      } catch (error) {
        const problems = problemsOf(error, pages.frameOf(ctx))
        return show(ctx, owner, inForm(problems, typedIn(ctx, ['resource']).resource !== ''))
      }
      const frame = pages.frameOf(ctx)
      const { title, crumbs, back, action, user } = owner
      const key: ShownApiKey = shownApiKey(made.key, frame)
      const text = frame.t('apiKeys.made', { key: key.name, name: user.username })
      // The server that accepts the key: a resource server by its own address.
      const address = inShell(made.key.resource ?? `${issuer}${firstOpenTo(made.key.scopes)}/`)
      const example = `curl -H 'Authorization: Token ${made.text}' \\
  ${address}`
      await pages.show(ctx, 'given-api-key', { title, crumbs, back, action, key, secret: made.text, text, example })
    },
  }
}

/** A path that the key may read, so that the example works as pasted; the account's if the key may only write. */
function firstOpenTo(scopes: readonly string[]): string {
  const own = Object.values(routes).filter(({ method, path }) => method === 'GET' && /^\/api\/[^:]*$/.test(path))
  const opened = own.find(({ access }) => {
    const { permission } = access as { permission?: string }
    return permission !== undefined && scopes.includes(permission)
  })
  return scopes.includes(accountScope) || !opened ? routes.me.path : opened.path
}

export type ApiKeyForms = ReturnType<typeof createApiKeyForms>

/** Quotes a text for the shell: a resource identifier, which an administrator chose, may contain `$(…)`. */
const inShell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

function choicesFor({ user, mayGive }: ApiKeyOwner, servers: readonly PublicApplication[], frame: Frame) {
  const scopes = servers.flatMap(one => one.resourceScopes)
  const described = new Map(scopes.map(scope => [scope.name, scopeDescription(scope, frame.language)]))
  const permissions = user.allPermissions.filter(mayGive)
  const choice = (value: string) => ({
    value,
    label: value,
    help: scopeMeaning(value, frame) ?? described.get(value) ?? null,
  })
  return {
    own: [accountScope, ...permissions.filter(isOwnPermission)].map(choice),
    others: permissions.filter(permission => !isOwnPermission(permission)).map(choice),
  }
}

/** Moves problems to the form's fields: of the scopes to the group of checkboxes shown, of the expiry to the date. */
function inForm({ scopes, expires_at, ...others }: Problems, forServer: boolean): Problems {
  return {
    ...others,
    ...(scopes !== undefined && { [forServer ? 'others' : 'own']: scopes }),
    ...(expires_at !== undefined && { until: expires_at }),
  }
}

function valuesIn(ctx: Context): Record<string, unknown> {
  const typed = typedIn(ctx, ['name', 'resource', 'expires', 'until', 'elevated'])
  return { ...typed, elevated: typed.elevated === '1', own: chosenIn(ctx, 'own'), others: chosenIn(ctx, 'others') }
}
