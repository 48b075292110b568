// The forms for an application's metadata: one table of fields by their names in RFC 7591, each with the kinds of
// applications that need it. Labels are texts `applicationField.NAME`, helps `applicationHelp.NAME`.
import type { ApplicationKind, ApplicationMetadata, ApplicationOrigin } from '../../../policy/application-metadata.js'
import { deviceGrantType } from '../../../policy/device-request.js'
import { isSelfDescribed, isSettable } from '../../../policy/own-description.js'
import { tokenExchangeGrant } from '../../../policy/token-exchange.js'
import type { Context } from '../../handler.js'
import type { Problems } from '../fields.js'
import type { Frame } from '../frame.js'
import { type FieldType, fieldTypes, type Shown } from './field-types.js'

export type Values = Record<string, Shown>

/** The key of an option's text: the last part of a grant type that is a URN. */
const optionName = (value: string) => value.split(':').at(-1)!.replaceAll('-', '_') || 'usual'

type Part = 'settings' | 'advanced' | 'access'

type FieldRow = {
  is: keyof typeof fieldTypes
  of: readonly ApplicationKind[]
  part: Part
  /** The form for a new application has the field, too. */
  isNew?: true
  options?: readonly string[]
}

const withPeople = ['web', 'browser', 'native'] as const
const withSecret = ['web', 'machine', 'resource_server'] as const

const fields = {
  redirect_uris: { is: 'lines', of: withPeople, part: 'settings', isNew: true },
  post_logout_redirect_uris: { is: 'lines', of: withPeople, part: 'settings', isNew: true },
  first_party: { is: 'flag', of: withPeople, part: 'settings', isNew: true },
  scope: { is: 'scope', of: [...withPeople, 'machine', 'resource_server'], part: 'access', isNew: true },
  permissions: { is: 'words', of: [...withPeople, 'resource_server'], part: 'access' },
  token_exchange: { is: 'exchanges', of: ['web', 'resource_server'], part: 'access' },
  required_roles: { is: 'choices', of: withPeople, part: 'access' },
  roles_claim: { is: 'text', of: withPeople, part: 'access' },
  token_endpoint_auth_method: {
    ...{ is: 'choice', of: withSecret, part: 'advanced', isNew: true },
    options: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  },
  jwks_uri: { is: 'text', of: withSecret, part: 'advanced', isNew: true },
  jwks: { is: 'json', of: withSecret, part: 'advanced', isNew: true },
  allow_without_pkce: { is: 'flag', of: ['web'], part: 'advanced', isNew: true },
  require_pushed_authorization_requests: { is: 'flag', of: withPeople, part: 'advanced' },
  dpop_bound_access_tokens: { is: 'flag', of: [...withPeople, 'machine', 'resource_server'], part: 'advanced' },
  grant_types: {
    ...{ is: 'choices', of: ['web', 'browser', 'native', 'resource_server'], part: 'advanced' },
    options: ['authorization_code', 'refresh_token', 'client_credentials', deviceGrantType, tokenExchangeGrant],
  },
  id_token_signed_response_alg: {
    ...{ is: 'choice', of: withPeople, part: 'advanced' },
    options: ['', 'RS256', 'ES256', 'PS256', 'EdDSA'],
  },
  backchannel_logout_uri: { is: 'text', of: ['web'], part: 'advanced' },
  backchannel_logout_session_required: { is: 'flag', of: ['web'], part: 'advanced' },
  introspects: { is: 'lines', of: withSecret, part: 'advanced' },
  initiate_login_uri: { is: 'text', of: withPeople, part: 'advanced' },
  client_uri: { is: 'text', of: withPeople, part: 'advanced' },
  policy_uri: { is: 'text', of: withPeople, part: 'advanced' },
  tos_uri: { is: 'text', of: withPeople, part: 'advanced' },
  contacts: { is: 'lines', of: withPeople, part: 'advanced' },
} as const satisfies Record<string, FieldRow>

type FieldName = keyof typeof fields & keyof ApplicationMetadata
/** A form for an application. `origin`: who wrote the metadata of an existing one. */
export type Form = {
  kind: ApplicationKind
  origin?: ApplicationOrigin
  parts: readonly Part[]
  isNew?: boolean
}

const fieldNames = Object.keys(fields) as FieldName[]

function namesIn({ kind, origin = 'administrator', parts, isNew = false }: Form): FieldName[] {
  return fieldNames.filter(name => {
    const row: FieldRow = fields[name]
    const isOf = row.of.includes(kind) && isSettable(origin, name)
    return isOf && parts.includes(row.part) && (!isNew || row.isNew === true)
  })
}

/** Whether a field is shown but cannot be changed: the application describes itself. */
const isFixed = ({ origin = 'administrator' }: Form, name: FieldName) => isSelfDescribed(origin, name)
const freeIn = (form: Form) => namesIn(form).filter(name => !isFixed(form, name))

const typeOf = (name: FieldName): FieldType => fieldTypes[fields[name].is]

/** The values as typed, to show the form again. */
export function typedValues(ctx: Context, form: Form): Values {
  return Object.fromEntries(freeIn(form).map(name => [name, typeOf(name).typed(ctx, name)]))
}

/** The metadata members of the form, as typed; undefined removes a member. @throws invalid_fields */
export function readMetadata(ctx: Context, form: Form): Partial<ApplicationMetadata> {
  return Object.fromEntries(
    freeIn(form).map(name => [name, typeOf(name).read(typeOf(name).typed(ctx, name), name)]),
  ) as Partial<ApplicationMetadata>
}

export function shownValues(metadata: ApplicationMetadata, form: Form): Values {
  return Object.fromEntries(namesIn(form).map(name => [name, typeOf(name).shown(metadata[name])]))
}

export type Option = { value: string; label: string; help?: string | null }

/** The inputs of `ui('field')`. @param choices of fields whose options are not in the table */
export function fieldInputs(part: Part, form: Form, frame: Frame, choices: Partial<Record<FieldName, Option[]>> = {}) {
  const { t } = frame
  return namesIn({ ...form, parts: [part] }).flatMap(name => {
    const row: FieldRow = fields[name]
    const options =
      choices[name] ?? row.options?.map(value => ({ value, label: t(`applicationOption.${optionName(value)}`) }))
    if (typeOf(name).input.type === 'choices' && options?.length === 0) return []
    return [
      {
        name,
        label: t(`applicationField.${name}`),
        help: t(`applicationHelp.${name}`),
        whole: true,
        ...typeOf(name).input,
        fixed: isFixed(form, name),
        ...(options && { options }),
      },
    ]
  })
}

/** Joins problems of single list items (`NAME.0`) into one problem of the field. */
export function gathered(problems: Problems): Problems {
  const found: Problems = {}
  for (const [name, text] of Object.entries(problems)) {
    const field = name.replace(/\.\d+$/, '')
    found[field] = [found[field], text].filter(Boolean).join(' ')
  }
  return found
}
