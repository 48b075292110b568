// The pages for a new application: first its kind, then only the fields of that kind.
import type { Applications } from '../../../identity/applications/applications.js'
import { withDefaults } from '../../../policy/application-defaults.js'
import { type ApplicationKind, applicationKinds } from '../../../policy/application-metadata.js'
import { browserUserOf, type Context } from '../../handler.js'
import { problemsOf, typedIn } from '../fields.js'
import { readText } from '../query.js'
import {
  type Form,
  fieldInputs,
  gathered,
  readMetadata,
  shownValues,
  typedValues,
  type Values,
} from './application-form.js'
import { createGivenSecrets, type GivenSecretDeps } from './given-secret.js'
import { readScopes, type ScopeRow, scopeRows, typedRows } from './resource-form.js'
import { scopeChoices } from './scope-choices.js'

export type NewApplicationPagesDeps = GivenSecretDeps & { issuer: string; applications: Applications }

const icons: Record<ApplicationKind, string> = {
  web: 'external',
  browser: 'laptop',
  native: 'phone',
  machine: 'refresh',
  resource_server: 'server',
}

/** The text key of the name field, by who sees the name. */
const nameSeenBy = {
  web: 'client_name',
  browser: 'client_name',
  native: 'client_name',
  machine: 'machine_name',
  resource_server: 'resource_server_name',
} as const satisfies Record<ApplicationKind, string>

const formOf = (kind: ApplicationKind): Form => ({ kind, parts: ['settings', 'access', 'advanced'], isNew: true })

/** A refused form: values as typed, and their problems. */
type Wrong = { values: Values; rows: ScopeRow[]; problems: Record<string, string> }

export function createNewApplicationPages(deps: NewApplicationPagesDeps) {
  const { pages, applications } = deps
  const give = createGivenSecrets(deps)

  async function showKinds(ctx: Context): Promise<void> {
    const { t } = pages.frameOf(ctx)
    await pages.show(ctx, 'admin/new-application', {
      title: t('applications.new'),
      lead: `${t('newApplication.what')} ${t('newApplication.lead')}`,
      crumbs: [{ label: t('nav.applications'), href: '/admin/applications' }],
      kinds: applicationKinds.map(kind => ({ kind, icon: icons[kind] })),
    })
  }

  async function showForm(ctx: Context, kind: ApplicationKind, wrong: Wrong | null = null): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const form = formOf(kind)
    const choices = { scope: await scopeChoices(applications, kind, frame) }
    const resource = { name: 'resource', label: t('applicationField.resource'), help: t('applicationHelp.resource') }
    const fields = [
      ...(kind === 'resource_server' ? [{ ...resource, required: true, code: true, spellcheck: 'false' }] : []),
      ...fieldInputs('settings', form, frame, choices),
      ...fieldInputs('access', form, frame, choices),
    ]
    const id = { name: 'client_id', label: t('applicationField.client_id'), help: t('applicationHelp.client_id') }
    const advanced = [
      { ...id, maxlength: 100, spellcheck: 'false', autocapitalize: 'none', autocomplete: 'off' },
      ...fieldInputs('advanced', form, frame, choices),
    ]
    const problems = wrong?.problems ?? {}
    await pages.show(
      ctx,
      'admin/new-application-of',
      {
        title: t(`applicationKind.${kind}`),
        lead: t(`applicationKindMore.${kind}`),
        crumbs: [
          { label: t('nav.applications'), href: '/admin/applications' },
          { label: t('applications.new'), href: '/admin/applications/-/new' },
        ],
        kind,
        nameHelp: t(`applicationHelp.${nameSeenBy[kind]}`),
        fields,
        advanced,
        scopeRows: kind === 'resource_server' ? (wrong?.rows ?? scopeRows([])) : null,
        values: wrong?.values ?? shownValues(withDefaults(kind, {}), form),
        problems,
        opened: advanced.some(field => problems[field.name]),
      },
      wrong ? 400 : 200,
    )
  }

  return {
    async newApplicationPage(ctx: Context): Promise<void> {
      const kind = kindIn(readText(ctx, 'kind'))
      await (kind ? showForm(ctx, kind) : showKinds(ctx))
    },

    async createApplicationPage(ctx: Context): Promise<void> {
      const { t } = pages.frameOf(ctx)
      const typed = typedIn(ctx, ['kind', 'client_name', 'client_id', 'resource'])
      const kind = kindIn(typed.kind)
      if (!kind) return await showKinds(ctx)
      try {
        const created = await applications.create(
          {
            id: typed.client_id.trim() || undefined,
            name: typed.client_name.trim(),
            kind,
            metadata: withoutEmpty(readMetadata(ctx, formOf(kind))),
            ...(kind === 'resource_server' && {
              resource: typed.resource.trim() || null,
              resourceScopes: readScopes(ctx),
            }),
          },
          browserUserOf(ctx).actor,
        )
        await give(ctx, { ...created, text: t('newApplication.made', { name: created.application.name }), isNew: true })
      } catch (error) {
        const problems = gathered(problemsOf(error, pages.frameOf(ctx)))
        await showForm(ctx, kind, {
          values: { ...typedValues(ctx, formOf(kind)), ...typed },
          rows: typedRows(ctx),
          problems,
        })
      }
    },
  }
}

const kindIn = (text: string): ApplicationKind | undefined => applicationKinds.find(kind => kind === text)

/** Metadata without empty members, which get the kind's defaults; an empty `scope` stays, and means no scopes. */
function withoutEmpty<M extends object>(metadata: M): M {
  const members = Object.entries(metadata).map(([name, value]) => [name, name === 'scope' ? (value ?? '') : value])
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as M
}
