// Routes of applications and resource servers, with the names of RFC 7591 and our own extensions.
import { z } from 'zod'
import { describedNames } from '../../../policy/application-description.js'
import { applicationKinds, applicationMetadata, resourceScopesSchema } from '../../../policy/application-metadata.js'
import { may, mayIfRecent } from '../../kinds/permission.js'
import { applicationFilters, applicationRowSchema } from '../../lists/applications.js'
import { del, get, patch, post } from '../../route.js'
import { listOf, pageOf, time } from '../../wire/answers.js'
import type { FieldRule } from '../../wire/field-kinds.js'
import { asFile } from '../csv.js'
import { paging } from '../paging.js'
import {
  applicationSchema,
  changedApplicationSchema,
  newApplicationSchema,
  secretSchema,
  shownApplicationSchema,
} from '../present-application.js'
import { endsSchema } from './policies.js'

/** Metadata members, parsed by policy/application-description.ts and policy/application-metadata.ts. */
const described: Record<string, z.ZodType> = {
  client_id: z.string().describe('Default: generated.'),
  client_name: z.string(),
  kind: z.enum(applicationKinds).describe('Default: derived from the other members.'),
  resource: z.string().describe('The resource identifier, which makes the application a resource server (RFC 8707).'),
  resource_scopes: resourceScopesSchema.describe(
    'The scopes that other applications may request for this resource server.',
  ),
  ...applicationMetadata.shape,
}

const removable = ['resource', ...Object.keys(applicationMetadata.shape)]

function fieldsOf(names: readonly string[], isNew: boolean): Record<string, FieldRule> {
  return Object.fromEntries(
    names.map((name): [string, FieldRule] => {
      const schema = described[name]!
      const mayBeNull = removable.includes(name)
      const required = isNew && name === 'client_name'
      return [name, { is: 'given', required, schema: mayBeNull ? schema.nullable() : schema }]
    }),
  )
}

const one = { answers: { 200: applicationSchema }, refuses: ['not_found'] } as const
const done = { answers: { 204: null }, refuses: ['not_found'], waits: true } as const

const secretRowSchema = z
  .object({
    id: z.string(),
    hint: z.string().describe('The last characters of the text, to recognize it.'),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable(),
  })
  .meta({ id: 'ApplicationSecret' })

export const applicationRoutes = {
  listApplications: get(
    '/api/admin/applications',
    may('darvoza:applications:read'),
    'List applications and resource servers by name',
    {
      query: { ...applicationFilters, ...paging, ...asFile },
      answers: { 200: pageOf(applicationRowSchema) },
      file: true,
    },
  ),
  createApplication: post(
    '/api/admin/applications',
    mayIfRecent('darvoza:applications:write'),
    'Create an application by the metadata names of RFC 7591; its secret is shown once',
    { body: fieldsOf(['client_id', ...describedNames], true), answers: { 201: newApplicationSchema } },
  ),
  showApplication: get('/api/admin/applications/:id', may('darvoza:applications:read'), 'Show an application', {
    answers: { 200: shownApplicationSchema },
    refuses: ['not_found'],
  }),
  changeApplication: patch(
    '/api/admin/applications/:id',
    mayIfRecent('darvoza:applications:write'),
    'Change an application; members that are present replace values, null removes one',
    {
      body: fieldsOf(describedNames, false),
      answers: { 200: changedApplicationSchema },
      refuses: ['not_found'],
      waits: true,
    },
  ),
  deleteApplication: del(
    '/api/admin/applications/:id',
    mayIfRecent('darvoza:applications:write'),
    'Delete an application; its id is never used again',
    done,
  ),
  disableApplication: post(
    '/api/admin/applications/:id/disable',
    mayIfRecent('darvoza:applications:write'),
    'Disable an application, and end its sessions',
    { ...one, waits: true },
  ),
  enableApplication: post(
    '/api/admin/applications/:id/enable',
    mayIfRecent('darvoza:applications:write'),
    'Enable an application',
    one,
  ),
  endApplicationSessions: del(
    '/api/admin/applications/:id/sessions',
    mayIfRecent('darvoza:applications:write'),
    'End all sessions of an application',
    done,
  ),
  previewApplicationLifetimes: post(
    '/api/admin/applications/:id/lifetimes',
    may('darvoza:applications:read'),
    'Preview which sessions new lifetimes of an application would end',
    {
      body: {
        lifetimes: {
          is: 'object',
          nullable: true,
          schema: applicationMetadata.shape.lifetimes,
          about: 'Replaces the current lifetimes; null: the application has none of its own.',
        },
      },
      answers: { 200: z.object({ ends: endsSchema }) },
      refuses: ['not_found'],
    },
  ),
  listApplicationSecrets: get(
    '/api/admin/applications/:id/secrets',
    may('darvoza:applications:read'),
    'List the valid secrets of an application by their last characters',
    { answers: { 200: listOf(secretRowSchema) }, refuses: ['not_found'] },
  ),
  rotateApplicationSecret: post(
    '/api/admin/applications/:id/secrets',
    mayIfRecent('darvoza:applications:write'),
    'Create a new secret, shown once; the former one stays valid for `overlap`',
    {
      body: {
        overlap: {
          is: 'given',
          required: false,
          schema: z.union([z.int().min(0), z.string()]),
          about: 'In seconds, or as text such as `1d`. Default: none.',
        },
      },
      answers: { 201: z.object({ client_id: z.string(), ...secretSchema }) },
      refuses: ['not_found'],
      waits: true,
    },
  ),
  endApplicationSecret: del(
    '/api/admin/applications/:id/secrets/:secret',
    mayIfRecent('darvoza:applications:write'),
    'End a secret of an application at once',
    done,
  ),
} as const
