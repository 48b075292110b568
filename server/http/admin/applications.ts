// Applications, as programs of administrators make and change them. A secret is shown in the answer that makes it, and in no
// other.
import type { ApplicationSecretChanges } from '../../identity/applications/application-secret-changes.js'
import type { Applications } from '../../identity/applications/applications.js'
import { describedApplication } from '../../identity/applications/public-application.js'
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
import { type FieldProblems, type Problem, problem, wireText } from '../../protocol/problems.js'
import { type Context, personOf } from '../handler.js'
import { applicationColumns, applicationFilters } from '../lists/applications.js'
import { readAsked } from '../lists/filters.js'
import { presentTime } from '../me/present.js'
import { bodyOf, readObject } from '../wire/fields.js'
import { answerCsv, readCsvChoice, wantsCsv } from './csv.js'
import { answerRows, readPage } from './paging.js'

export type AdminApplicationsDeps = { applications: Applications; secretChanges: ApplicationSecretChanges }

export function createAdminApplicationHandlers({ applications, secretChanges }: AdminApplicationsDeps) {
  async function answer(ctx: Context, warnings?: readonly Problem[]): Promise<void> {
    const application = await applications.require(idOf(ctx))
    ctx.body = { ...describedApplication(application), ...(warnings && { warnings: warnings.map(wireText) }) }
  }

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
      // RFC 6749 §5.1 says so of whatever holds credentials.
      ctx.set('Cache-Control', 'no-store')
      ctx.body = {
        ...describedApplication(application),
        ...(secret !== null && { client_secret: secret, client_secret_expires_at: 0 }),
        warnings: warnings.map(wireText),
      }
      ctx.status = 201
    },

    /** With what lives of it, counted up to a few thousand. */
    async showApplication(ctx: Context): Promise<void> {
      await answer(ctx)
      const { sessions, users } = await applications.counts(idOf(ctx))
      ctx.body = { ...(ctx.body as object), live: { sessions, users } }
    },

    async changeApplication(ctx: Context): Promise<void> {
      const { description, problems } = readDescription(bodyOf(ctx), describedNames)
      requireNone(problems)
      const { warnings } = await applications.change(idOf(ctx), changesOf(description), personOf(ctx).actor)
      await answer(ctx, warnings)
    },

    async deleteApplication(ctx: Context): Promise<void> {
      await applications.remove(idOf(ctx), personOf(ctx).actor)
      ctx.status = 204
    },

    async disableApplication(ctx: Context): Promise<void> {
      await applications.disable(idOf(ctx), personOf(ctx).actor)
      await answer(ctx)
    },

    async enableApplication(ctx: Context): Promise<void> {
      await applications.enable(idOf(ctx), personOf(ctx).actor)
      await answer(ctx)
    },

    async endApplicationSessions(ctx: Context): Promise<void> {
      await applications.endSessions(idOf(ctx), personOf(ctx).actor)
      ctx.status = 204
    },

    /** What `lifetimes` would end, in place of those it has; null: it overrides nothing. */
    async previewApplicationLifetimes(ctx: Context): Promise<void> {
      const { id } = await applications.require(idOf(ctx))
      const isNone = bodyOf(ctx).lifetimes === null
      const lifetimes = isNone ? null : (readObject(ctx, 'lifetimes') as OwnLifetimes)
      ctx.body = { ends: await applications.previewLifetimes(id, lifetimes) }
    },

    async listApplicationSecrets(ctx: Context): Promise<void> {
      const found = await secretChanges.list(idOf(ctx))
      ctx.body = {
        results: found.map(({ id, hint, createdAt, expiresAt, lastUsedAt }) => ({
          id,
          hint,
          created_at: presentTime(createdAt),
          expires_at: presentTime(expiresAt),
          last_used_at: presentTime(lastUsedAt),
        })),
      }
    },

    /** `overlap`: how long the one before stays good, in seconds or as text such as `1d`; not at all where it is not said. */
    async rotateApplicationSecret(ctx: Context): Promise<void> {
      const overlapSeconds = readOverlap(bodyOf(ctx).overlap)
      const secret = await secretChanges.rotate(idOf(ctx), { overlapSeconds }, personOf(ctx).actor)
      ctx.set('Cache-Control', 'no-store')
      ctx.body = { client_id: idOf(ctx), client_secret: secret, client_secret_expires_at: 0 }
      ctx.status = 201
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
