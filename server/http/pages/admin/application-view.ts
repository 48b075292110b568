// The page of one application, by tabs. Each tab reads only the data that it shows.
import type { ApplicationSecretChanges } from '../../../identity/applications/application-secret-changes.js'
import type { ApplicationUses } from '../../../identity/applications/application-uses.js'
import type { Applications } from '../../../identity/applications/applications.js'
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import type { Roles } from '../../../identity/people/roles.js'
import { usesSecret } from '../../../policy/application-defaults.js'
import { lifetimeNames, ownApplicationId, scopeWords } from '../../../policy/application-metadata.js'
import { isSelfDescribed } from '../../../policy/own-description.js'
import { tokenExchangeGrant } from '../../../policy/token-exchange.js'
import { redirectUriWarning } from '../../../protocol/redirect-uris.js'
import type { PolicyInForce } from '../../../revocation/policy-in-force.js'
import type { Context } from '../../handler.js'
import { type Problems, problemText } from '../fields.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { readChoice } from '../query.js'
import { type Form, fieldInputs, shownValues, type Values } from './application-form.js'
import { testPrompts } from './application-test.js'
import { presentApplication } from './applications.js'
import { formValue, titleOf, valueText } from './policy-texts.js'
import { type ScopeRow, scopeRows } from './resource-form.js'
import { countText } from './role-texts.js'
import { scopeChoices } from './scope-choices.js'
import type { Snippets } from './snippets.js'

export type ApplicationViewDeps = {
  pages: Pages
  issuer: string
  applications: Applications
  secretChanges: ApplicationSecretChanges
  applicationUses: ApplicationUses
  roles: Roles
  policy: PolicyInForce
  snippets: Snippets
}

export const tabs = ['overview', 'settings', 'access', 'resource', 'secrets', 'lifetimes', 'test'] as const
export type Tab = (typeof tabs)[number]

/** A refused form: values as typed, and their problems. */
export type Wrong = { values: Values; problems: Problems; rows?: ScopeRow[] }

/** How long a secret may stay valid beside a new one; choices in seconds. */
export const overlaps = [86_400, 3_600, 7 * 86_400, 0] as const

export const formOf = ({ kind, origin }: PublicApplication, tab: 'settings' | 'access'): Form => ({
  kind,
  origin,
  parts: tab === 'settings' ? ['settings', 'advanced'] : ['access'],
})

export function createApplicationView(deps: ApplicationViewDeps) {
  const { pages, issuer, applications, secretChanges, applicationUses, roles, policy, snippets } = deps

  /** The data of a tab beside the application itself. */
  async function ofTab(tab: Tab, application: PublicApplication, wrong: Wrong | null, frame: Frame) {
    switch (tab) {
      case 'settings':
      case 'access':
        return { form: await formOn(tab, application, wrong, frame) }
      case 'resource':
        return {
          form: resourceForm(application, wrong, frame),
          scopeRows: wrong?.rows ?? scopeRows(application.resourceScopes),
        }
      case 'secrets':
        return {
          secrets: await secretChanges.list(application.id),
          form: { ...given(wrong), overlaps: overlapChoices(frame) },
        }
      case 'lifetimes':
        return { form: lifetimesForm(application, wrong, frame) }
      case 'test':
        return { form: { ...given(wrong), prompts: promptChoices(frame) } }
      default:
        return { snippets: snippets(application), endpoints: endpointsAt(issuer) }
    }
  }

  async function formOn(tab: 'settings' | 'access', application: PublicApplication, wrong: Wrong | null, frame: Frame) {
    const { metadata, kind } = application
    const form = formOf(application, tab)
    const choices =
      tab === 'access'
        ? {
            scope: await scopeChoices(applications, kind, frame, scopeWords(metadata.scope ?? '')),
            required_roles: (await roles.all()).map(({ name }) => ({ value: name, label: name })),
          }
        : {}
    const inputs = (part: Form['parts'][number]) =>
      fieldInputs(part, form, frame, choices).map(field => withWarnings(field, metadata[field.name], frame))
    const values = { client_name: application.name, ...shownValues(metadata, form), ...wrong?.values }
    const [fields, advanced] = tab === 'access' ? [inputs('access'), []] : [inputs('settings'), inputs('advanced')]
    const isNamedByItself = isSelfDescribed(application.origin, 'client_name')
    return { fields, advanced, values, problems: wrong?.problems ?? {}, isNamedByItself }
  }

  function lifetimesForm({ metadata }: PublicApplication, wrong: Wrong | null, frame: Frame) {
    const own = metadata.lifetimes ?? {}
    const shown = (name: (typeof lifetimeNames)[number]) =>
      own[name] === undefined ? '' : formValue(name, own[name], frame)
    return {
      fields: lifetimeNames.map(name => ({
        name,
        label: titleOf(name, frame),
        help: frame.t('application.lifetimeUsual', { value: valueText(name, policy()[name], frame) }),
        ...{ optional: true, maxlength: 200, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none' },
      })),
      values: wrong?.values ?? Object.fromEntries(lifetimeNames.map(name => [name, shown(name)])),
      problems: wrong?.problems ?? {},
    }
  }

  /** @param tab the tab shown; by default the one in the address */
  async function show(
    ctx: Context,
    application: PublicApplication,
    wrong: Wrong | null = null,
    tab?: Tab,
  ): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const its = tabsOf(application)
    const shown = tab ?? readChoice(ctx, 'tab', its)
    const live = await applications.counts(application.id)
    const used = shown === 'overview' ? (await applicationUses.of([application.id])).get(application.id) : undefined
    await pages.show(
      ctx,
      'admin/application',
      {
        title: application.name,
        crumbs: [{ label: t('nav.applications'), href: '/admin/applications' }],
        application: { ...presentApplication(application, issuer), lastUsedAt: used?.lastSignInAt ?? null },
        redirectUris: application.metadata.redirect_uris ?? [],
        tab: shown,
        tabs: its,
        // A resource server that only verifies tokens has no sessions, and "0" would mean nothing.
        hasSessions: application.kind !== 'resource_server' || live.sessions.count > 0 || opensSessions(application),
        live: {
          sessions: live.sessions.count,
          sessionsText: countText(live.sessions, frame),
          usersText: countText(live.users, frame),
        },
        ...{ snippets: [], endpoints: [], secrets: [], scopeRows: [], form: null },
        ...(await ofTab(shown, application, wrong, frame)),
      },
      wrong ? 400 : 200,
    )
  }

  return show
}

export type ApplicationView = ReturnType<typeof createApplicationView>

function tabsOf({ id, kind, active, resource, metadata }: PublicApplication): [Tab, ...Tab[]] {
  // The built-in application's settings are fixed, except for its lifetimes.
  if (id === ownApplicationId) return ['overview', 'lifetimes']
  const isShown: Partial<Record<Tab, boolean>> = {
    resource: resource !== null || kind === 'resource_server',
    secrets: usesSecret(metadata),
    lifetimes: (metadata.grant_types ?? []).length > 0,
    test: active && (metadata.grant_types ?? []).includes('authorization_code'),
  }
  const [first, ...others] = tabs.filter(tab => isShown[tab] !== false)
  return [first!, ...others]
}

const opensSessions = ({ metadata }: PublicApplication) =>
  (metadata.grant_types ?? []).some(grant => grant !== 'client_credentials' && grant !== tokenExchangeGrant)

const given = (wrong: Wrong | null) => ({ values: wrong?.values ?? {}, problems: wrong?.problems ?? {} })

/** Adds warnings about a redirect URI to the help of its field. */
function withWarnings<F extends { name: string; help: string }>(field: F, value: unknown, { t }: Frame): F {
  if (!field.name.endsWith('redirect_uris') || !Array.isArray(value)) return field
  const warnings = (value as string[]).flatMap(uri => redirectUriWarning(uri) ?? [])
  return { ...field, help: [field.help, ...warnings.map(warning => problemText(warning, t))].join(' ') }
}

function resourceForm({ resource }: PublicApplication, wrong: Wrong | null, { t }: Frame) {
  const field = { name: 'resource', label: t('applicationField.resource'), help: t('applicationHelp.resource') }
  return {
    fields: [{ ...field, required: true, code: true, spellcheck: 'false', autocomplete: 'off' }],
    values: wrong?.values ?? { resource: resource ?? '' },
    problems: wrong?.problems ?? {},
  }
}

function overlapChoices({ t, format }: Frame) {
  return overlaps.map(seconds => ({
    value: String(seconds),
    label: seconds === 0 ? t('application.overlapNone') : format.duration(seconds),
  }))
}

function promptChoices({ t }: Frame) {
  return testPrompts.map(value => ({ value, label: t(`applicationTest.prompt.${value || 'usual'}`) }))
}

/** The endpoints by their names in the discovery documents. */
function endpointsAt(issuer: string): { name: string; address: string }[] {
  return [
    { name: 'issuer', address: issuer },
    { name: 'openid-configuration', address: `${issuer}/.well-known/openid-configuration` },
    { name: 'authorization_endpoint', address: `${issuer}/oauth/authorize` },
    { name: 'token_endpoint', address: `${issuer}/oauth/token` },
    { name: 'userinfo_endpoint', address: `${issuer}/oauth/userinfo` },
    { name: 'jwks_uri', address: `${issuer}/.well-known/jwks.json` },
    { name: 'end_session_endpoint', address: `${issuer}/oauth/logout` },
  ]
}
