// Routes of the policy: its values, its former versions, the preview of a change, and the change itself.
import { z } from 'zod'
import { type PolicyName, policyNames, policyTable } from '../../../policy/policies.js'
import { unaffectedTexts } from '../../../policy/policy-preview.js'
import { type PolicyApply, policyApplies } from '../../../policy/policy-version.js'
import { may, mayIfRecent } from '../../kinds/permission.js'
import { get, patch, post } from '../../route.js'
import { time, userId } from '../../wire/answers.js'
import { limit } from '../paging.js'

const applies = Object.keys(policyApplies) as PolicyApply[]
const value = z.union([z.string(), z.number(), z.boolean()]).describe('The value; durations are in seconds.')
const name = z.enum(policyNames)
const changed = z.array(z.object({ name, before: value, after: value }))

export const policyHeadSchema = z.object({
  version: z.int().min(1),
  since: time,
  actor: z.string(),
  reason: z.string(),
  apply: z.enum(applies),
  undoes: z.int().nullable().describe('The version whose change it reverts.'),
  settled_at: time
    .nullable()
    .describe('For a version that applies to new sessions only: when the last older session ended; null until then.'),
})

export const policiesSchema = policyHeadSchema
  .extend({
    policies: z.array(
      z.object({
        name,
        value,
        default: value,
        kind: z.enum([...new Set(policyNames.map(name => policyTable[name].kind))]),
        meaning: z.string(),
        simplejwt: z.string().nullable().describe('The corresponding setting of simplejwt.'),
        min: z.number().optional(),
        max: z.number().optional(),
        choices: z.array(z.string()).optional(),
        pattern: z.string().optional(),
        may_be_for_new_sessions_only: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Policies' })

export const policyVersionSchema = policyHeadSchema.extend({ changes: changed }).meta({ id: 'PolicyVersion' })

const counted = z.object({
  count: z.int().min(0),
  more: z.boolean().describe('Whether there are more than `count`, which stops at a limit.'),
})
const reasons = { idle: counted, absolute: counted, limit: counted }

/** Numbers of sessions and users that would be refused at their next refresh, by reason. */
export const endsSchema = z.object({ sessions: counted, users: counted, ...reasons }).meta({ id: 'Ends' })

export const policyPreviewSchema = z
  .object({
    version: z.int().describe('The version of the policies that the preview is based on.'),
    apply: z.enum(applies),
    changes: changed,
    unchanged: z.array(name).describe('Policies that already have the given value.'),
    ends: endsSchema,
    stale_access_tokens: counted
      .nullable()
      .describe('The number of live access tokens that become stale at once; null if none does.'),
    sample: z
      .array(
        z.object({
          id: z.string(),
          user_id: userId,
          username: z.string(),
          device: z.string().nullable(),
          reason: z.enum(['idle', 'absolute', 'limit']),
        }),
      )
      .nullable()
      .describe('A sample of the sessions that end; null if the caller may not read sessions.'),
    stays: z.array(z.enum(Object.values(unaffectedTexts))).describe('What the change does not affect, as text.'),
  })
  .meta({ id: 'PolicyPreview' })

const values = z.partialRecord(z.enum(policyNames), value)

const given = {
  is: 'object',
  schema: values as z.ZodType<{ [N in PolicyName]?: unknown }>,
  about: 'New values by policy name; durations in seconds, or as text such as `15m`.',
} as const
const how = {
  apply: {
    is: 'choice',
    of: applies,
    required: false,
    trim: true,
    about: `Default: \`refresh\`. ${applies.map(apply => `\`${apply}\`: ${policyApplies[apply]}`).join(' ')}`,
  },
  reason: {
    required: false,
    blank: true,
    trim: true,
    maxLength: 255,
    about: 'A reason, which is written to the audit log.',
  },
} as const
const aVersion = { is: 'number', digits: /^[1-9]\d{0,8}$/, required: false, wrong: 'not_version' } as const

export const policyRoutes = {
  showPolicies: get(
    '/api/admin/policies',
    may('darvoza:policies:read'),
    'List every policy with its value, meaning and bounds',
    {
      answers: { 200: policiesSchema },
    },
  ),
  listPolicyVersions: get(
    '/api/admin/policies/versions',
    may('darvoza:policies:read'),
    'List the versions of the policies with their authors, newest first',
    {
      query: {
        limit,
        before: { is: 'number', about: 'Cursor: only versions before this one, `next` of the previous page.' },
      },
      answers: { 200: z.object({ results: z.array(policyVersionSchema), next: z.int().nullable() }) },
    },
  ),
  previewPolicies: post(
    '/api/admin/policies/preview',
    may('darvoza:policies:read'),
    'Preview which sessions and tokens a change of policies, or its reversal, would end',
    {
      body: {
        changes: { ...given, required: false },
        apply: how.apply,
        undo: { ...aVersion, about: 'A version to revert, in place of `changes`.' },
      },
      answers: { 200: policyPreviewSchema },
      refuses: ['not_found', 'policy_conflict'],
    },
  ),
  changePolicies: patch('/api/admin/policies', mayIfRecent('darvoza:policies:write'), 'Change policies', {
    body: {
      changes: given,
      ...how,
      version: {
        ...aVersion,
        about:
          'The version that the change is based on; if a newer one has set the same policy, the change is refused.',
      },
    },
    answers: { 200: policiesSchema },
    refuses: ['policy_conflict'],
    waits: true,
  }),
  undoPolicies: post(
    '/api/admin/policies/undo',
    mayIfRecent('darvoza:policies:write'),
    'Revert the change of a version',
    {
      body: { ...how, version: { ...aVersion, about: 'Default: the latest version.' } },
      answers: { 200: policiesSchema },
      refuses: ['not_found', 'policy_conflict'],
      waits: true,
    },
  ),
} as const
