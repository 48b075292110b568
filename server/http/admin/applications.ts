// Applications, as programs of administrators make and change them. A secret is only in the answer of the request that
// made it.
import type { ApplicationSecretChanges } from '../../identity/applications/application-secret-changes.js'
import type { Applications } from '../../identity/applications/applications.js'
import {
  type Description,
  describedNames,
  givenMetadata,
  kindOf,
  readDescription,
} from '../../policy/application-description.js'
import type { OwnLifetimes } from '../../policy/application-metadata.js'
import { parseDuration } from '../../policy/durations.js'
import { refuseField, refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, problem, wireText } from '../../protocol/problems.js'
import { type Context, personOf } from '../handler.js'
import { applicationColumns, applicationFilters } from '../lists/applications.js'
import { readAsked } from '../lists/filters.js'
import { presentTime } from '../me/present.js'
import { answer } from '../wire/answers.js'
import { bodyOf, readBody } from '../wire/fields.js'
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js'
import { answerRows, readPage } from './paging.js'
import { presentApplication } from './present-application.js'
import { applicationRoutes as routes } from './routes/applications.js'

export type AdminApplicationsDeps = { applications: Applications; secretChanges: ApplicationSecretChanges }

export function createAdminApplicationHandlers({ applications, secretChanges }: AdminApplicationsDeps) {
  /** The application of the request's path, with its present values. */
  const present = async (ctx: Context) => presentApplication(await applications.require(idOf(ctx)))

  return {
    async listApplications(ctx: Context): Promise<void> {
      const filter = readAsked(ctx, applicationFilters)
      if (wantsCsv(ctx))
        return answerCsv(ctx, 'applications', applicationColumns, applications.every(filter), readCsvChoice(ctx))
      const found = await applications.list(filter, readPage(ctx))
      await answerRows(ctx, found, applicationColumns, () => applications.count(filter))
    },

    async createApplication(ctx: Context): Promise<void> {
      const { description, problems } = readDescription(bodyOf(ctx), ['client_id', ...describedNames])
      const missing: FieldProblems = description.name === undefined ? { client_name: [problem('required')] } : {}
      requireNone({ ...missing, ...problems })
      const { name = '', kind = kindOf(description) } = description
      const input = { ...description, name, kind, metadata: givenMetadata(description.metadata) }
      const { application, secret, warnings } = await applications.create(input, personOf(ctx).actor)
      // RFC 6749 §5.1: responses that hold credentials are not stored.
      ctx.set('Cache-Control', 'no-store')
      answer(ctx, routes.createApplication, {
        ...presentApplication(application),
        ...(secret !== null && { client_secret: secret, client_secret_expires_at: 0 }),
        warnings: warnings.map(wireText),
      })
    },

    /** The application with the number of its live sessions, counted up to a few thousand. */
    async showApplication(ctx: Context): Promise<void> {
      const application = await present(ctx)
      const { sessions, users } = await applications.counts(idOf(ctx))
      answer(ctx, routes.showApplication, { ...application, live: { sessions, users } })
    },

    async changeApplication(ctx: Context): Promise<void> {
      const { description, problems } = readDescription(bodyOf(ctx), describedNames)
      requireNone(problems)
      const { warnings } = await applications.change(idOf(ctx), changesOf(description), personOf(ctx).actor)
      answer(ctx, routes.changeApplication, { ...(await present(ctx)), warnings: warnings.map(wireText) })
    },

    async deleteApplication(ctx: Context): Promise<void> {
      await applications.remove(idOf(ctx), personOf(ctx).actor)
      ctx.status = 204
    },

    async disableApplication(ctx: Context): Promise<void> {
      await applications.disable(idOf(ctx), personOf(ctx).actor)
      answer(ctx, routes.disableApplication, await present(ctx))
    },

    async enableApplication(ctx: Context): Promise<void> {
      await applications.enable(idOf(ctx), personOf(ctx).actor)
      answer(ctx, routes.enableApplication, await present(ctx))
    },

    async endApplicationSessions(ctx: Context): Promise<void> {
      await applications.endSessions(idOf(ctx), personOf(ctx).actor)
      ctx.status = 204
    },

    /** How many sessions would end with `lifetimes` in place of the application's own; null: it overrides none. */
    async previewApplicationLifetimes(ctx: Context): Promise<void> {
      const { id } = await applications.require(idOf(ctx))
      const { lifetimes } = readBody(ctx, routes.previewApplicationLifetimes)
      const ends = await applications.previewLifetimes(id, lifetimes as OwnLifetimes | null)
      answer(ctx, routes.previewApplicationLifetimes, { ends })
    },

    async listApplicationSecrets(ctx: Context): Promise<void> {
      const found = await secretChanges.list(idOf(ctx))
      answer(ctx, routes.listApplicationSecrets, {
        results: found.map(({ id, hint, createdAt, expiresAt, lastUsedAt }) => ({
          id,
          hint,
          created_at: presentTime(createdAt),
          expires_at: presentTime(expiresAt),
          last_used_at: presentTime(lastUsedAt),
        })),
      })
    },

    /** `overlap`: how long the previous secret stays valid, in seconds or as text such as `1d`; zero by default. */
    async rotateApplicationSecret(ctx: Context): Promise<void> {
      const overlapSeconds = readOverlap(readBody(ctx, routes.rotateApplicationSecret).overlap)
      const secret = await secretChanges.rotate(idOf(ctx), { overlapSeconds }, personOf(ctx).actor)
      ctx.set('Cache-Control', 'no-store')
      const given = { client_id: idOf(ctx), client_secret: secret, client_secret_expires_at: 0 } as const
      answer(ctx, routes.rotateApplicationSecret, given)
    },

    async endApplicationSecret(ctx: Context): Promise<void> {
      await secretChanges.end(idOf(ctx), ctx.params.secret!, personOf(ctx).actor)
      ctx.status = 204
    },
  }
}

function idOf(ctx: Context): string {
  return ctx.params.id!
}

function changesOf({ id: _, secret: __, ...changes }: Description) {
  return changes
}

/** @throws invalid_fields */
function requireNone(problems: FieldProblems): void {
  if (Object.keys(problems).length > 0) throw refuseFields(problems)
}

/** @throws invalid_fields */
function readOverlap(value: unknown): number {
  if (value === undefined) return 0
  const seconds = typeof value === 'string' ? parseDuration(value) : value
  if (typeof seconds !== 'number') throw refuseField('overlap', 'policy_not_duration')
  return seconds
}
