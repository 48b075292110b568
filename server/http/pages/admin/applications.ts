// The list of applications for administrators; resource servers are the applications that tokens are issued for.

import { type ApplicationFilter, applicationStates } from '../../../identity/applications/application-list.js'
import type { ApplicationUses } from '../../../identity/applications/application-uses.js'
import type { Applications } from '../../../identity/applications/applications.js'
import { type PublicApplication, stateOf } from '../../../identity/applications/public-application.js'
import type { ListedVerifier, VerifierList } from '../../../identity/logs/verifier-list.js'
import {
  applicationKinds,
  applicationOrigins,
  isUnreviewed,
  ownApplicationId,
} from '../../../policy/application-metadata.js'
import { answerCsv } from '../../admin/csv.js'
import type { Context } from '../../handler.js'
import { applicationColumns, applicationFilters } from '../../lists/applications.js'
import { readTyped } from '../../lists/filters.js'
import type { FileChoice } from '../files.js'
import type { Pages } from '../page.js'
import { isFiltered, readCounted } from './lists.js'
import type { Finder } from './people.js'
import { countText } from './role-texts.js'

export type ApplicationPagesDeps = {
  pages: Pages
  files: FileChoice
  issuer: string
  applications: Applications
  applicationUses: ApplicationUses
  verifierList: VerifierList
} & Pick<Finder, 'users' | 'userList'>

export function createApplicationPages(deps: ApplicationPagesDeps) {
  const { pages, files, issuer, applications, applicationUses, verifierList, users, userList } = deps

  const readFilter = (ctx: Context): Promise<ApplicationFilter> =>
    readTyped(ctx, applicationFilters, { users, userList, frame: pages.frameOf(ctx), which: [] })

  async function show(ctx: Context, resources: boolean): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t, may, url, query } = frame
    const typed = await readFilter(ctx)
    const filter = resources ? { ...typed, kind: undefined, isResourceServer: true } : typed
    const { results, next, partial, counted } = await readCounted(
      ctx,
      page => applications.list(filter, page),
      () => applications.count(filter),
    )
    const uses = await applicationUses.of(results.map(one => one.id))
    const verifiers = resources && may('darvoza:revocations:read') ? await verifierList.list() : null
    const { after: _, size: __, row: ___, ...asked } = query
    await pages.show(ctx, 'admin/applications', {
      title: t(resources ? 'nav.resourceServers' : 'nav.applications'),
      lead: t(resources ? 'applications.resourcesLead' : 'applications.lead'),
      actions: [
        ...(resources
          ? []
          : files.links(
              ctx,
              frame,
              more => url('/admin/applications.csv', { ...asked, ...more }),
              t('applications.file'),
            )),
        ...(resources ? [] : [{ icon: 'key', label: t('registration.title'), href: '/admin/applications/-/tokens' }]),
        ...(may('darvoza:applications:write')
          ? [
              {
                ...{ icon: 'add', tone: 'primary' },
                label: t(resources ? 'applications.newResource' : 'applications.new'),
                href: url('/admin/applications/-/new', { kind: resources ? 'resource_server' : null }),
              },
            ]
          : []),
      ],
      resources,
      verifiers: verifiers?.map(presentVerifier) ?? null,
      applications: results.map(one => {
        const { live, lastSignInAt } = uses.get(one.id) ?? { live: { count: 0, more: false }, lastSignInAt: null }
        return {
          ...presentApplication(one, issuer),
          live: { ...live, text: countText(live, frame) },
          lastUsedAt: lastSignInAt,
        }
      }),
      next,
      partial,
      counted,
      filtered: isFiltered(typed),
      kinds: applicationKinds,
      origins: applicationOrigins,
      states: applicationStates,
    })
  }

  return {
    applicationsPage: (ctx: Context) => show(ctx, false),
    resourceServersPage: (ctx: Context) => show(ctx, true),

    /** The CSV file of all rows that the filter finds, streamed row by row. */
    async applicationsFile(ctx: Context): Promise<void> {
      const rows = applications.every(await readFilter(ctx))
      answerCsv(ctx, 'darvoza-applications', applicationColumns, rows, files.take(ctx, pages.frameOf(ctx)))
    },
  }
}

function presentVerifier({ applicationId, name, version, address, ...more }: ListedVerifier) {
  const { behind, connected, renewedAt, leaseUntil, keysFetchedAt } = more
  const state = !connected ? 'over' : behind === 0 ? 'current' : 'behind'
  return { applicationId, name, version, address, behind, state, renewedAt, leaseUntil, keysFetchedAt }
}

export function presentApplication(application: PublicApplication, issuer: string) {
  const { id, name, kind, origin, active, version, createdAt, resourceScopes } = application
  return {
    ...{ id, name, kind, origin, active, version, createdAt },
    state: stateOf(application),
    /** The identifier of the built-in application is the issuer. */
    resource: id === ownApplicationId ? issuer : application.resource,
    scopes: resourceScopes.map(one => one.name),
    isUnreviewed: isUnreviewed(application),
    /** Most settings of the built-in application are fixed. */
    changeable: id !== ownApplicationId,
  }
}
