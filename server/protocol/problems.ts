// The catalogue of problems of values: a code, and its English text for clients of the API. Texts of Django REST
// framework and simplejwt are copied word for word. Pages use views/locales/LANGUAGE.json, `problems.CODE`. `{name}`
// stands for a value, `{name:json}` for one in JSON's quotes, `{name:or}` and `{name:semicolon}` for joined lists.
export const problems = {
  // Fields, as Django REST framework's serializers validate them.
  required: 'This field is required.',
  null: 'This field may not be null.',
  blank: 'This field may not be blank.',
  not_string: 'Not a valid string.',
  not_boolean: 'Must be a valid boolean.',
  not_list: 'Expected a list of items but got type "{type}".',
  not_dictionary: 'Expected a dictionary of items but got type "{type}".',
  no_data: 'No data provided',
  invalid_data: 'Invalid data. Expected a dictionary, but got {type}.',
  null_characters: 'Null characters are not allowed.',
  surrogate_characters: 'Surrogate characters are not allowed: U+{point}.',
  control_characters: 'Control characters are not allowed.',
  too_long: 'Ensure this field has no more than {count} characters.',

  // Authentication and requested scopes of applications.
  proven_twice: 'The application uses two authentication methods at once.',
  another_client_id: 'The parameter client_id names another application.',
  parameter_repeated: 'The parameter {name} was sent more than once.',
  assertion_incomplete: 'One of client_assertion and client_assertion_type is missing.',
  exchange_misdirected: 'The token is for another resource server than the one that sends the request.',
  exchange_of_program: 'The token has no user.',
  exchange_of_bound: 'The token is bound to a key, and no proof made with that key was sent.',
  exchange_not_by_user: 'The user of the token may not use the application that sends the request.',
  exchange_too_far: 'The token was already exchanged as often as allowed.',
  exchange_of_refused: 'The token is refused: {code}.',
  one_resource_at_a_time: 'A token is for one resource: request one at a time.',
  user_code_unknown: 'No program is waiting for this code: it may be misspelt, used, or older than ten minutes.',
  resource_unnamed: 'The scopes belong to several resources: name the one that the token is for.',

  // Parameters in addresses and bodies.
  parameter_blank: 'This parameter may not be blank.',
  given_twice: 'Must be given once.',
  unusable: 'Is not usable.',
  unknown_parameter: 'Unknown parameter. Known: {known}.',
  misspelt_parameter: 'Unknown parameter. Did you mean "{near}"? Known: {known}.',
  no_parameters: 'Unknown parameter. This route has no parameters.',
  unknown_member: 'Unknown member. Known: {known}.',
  misspelt_member: 'Unknown member. Did you mean "{near}"? Known: {known}.',
  no_members: 'Unknown member. This route has no body members.',
  unknown_field: 'There is no such field.',
  unknown_filter: 'Is not known here.',
  not_one_of: 'Must be one of {choices}.',
  not_true_or_false: 'Must be true or false.',
  not_whole: 'Must be a whole number.',
  not_whole_between: 'Must be a whole number from {min} to {max}.',
  not_number_between: 'Must be a number from {min} to {max}.',
  not_day: 'Must be a day such as 2026-01-31.',
  not_time: 'Must be a time such as 2026-01-31T09:00:00Z.',
  not_time_zone: 'Must be a time zone such as Asia/Tashkent.',
  not_text: 'Must be text.',
  not_text_up_to: 'Must be text of at most {max} characters.',
  not_texts: 'Must be an array of strings.',
  not_json: 'This is not JSON.',
  not_json_object: 'This is not a JSON object.',
  unknown_cursor: 'Is not a cursor of this list.',
  not_user_id: 'Must be the id of a user.',
  verifier_name: 'Must be 1 to 100 letters, digits or any of . _ : ~ -',
  log_position: 'Must be a position of the revocation log, as in the id of an event, or empty.',
  not_user_ids: 'Must be ids of users.',
  several_users: 'Could be one of several users.',
  state_with_all: 'Cannot be used together with a state.',
  subject_without_kind: 'Is required together with a subject.',
  subject_incomplete: 'A subject is a kind and an id: both are needed.',
  not_for_files: 'A file has all rows.',
  for_files_only: 'Is for a file, with format=csv.',
  ids_with_filters: 'Cannot be given together with filters in the address.',
  not_preview_time: 'Must be the `at` of a preview.',
  preview_in_future: 'Must be the `at` of a preview, and no preview was given in the future.',
  not_preview_count: 'Must be the `count` of a preview.',
  too_many_users: 'There are more than {count} users: narrow it down.',
  too_many_sessions: 'There are more than {count} sessions: narrow it down.',
  too_many_devices: 'There are more than {count} devices: narrow it down.',

  // Users, roles, devices and sessions.
  username_characters:
    'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
  username_taken: 'A user with that username already exists.',
  email_invalid: 'Enter a valid email address.',
  password_too_short: 'This password is too short. It must contain at least {count} characters.',
  password_numeric: 'This password is entirely numeric.',
  password_repetitive: 'This password repeats too few characters.',
  password_similar: 'The password is too similar to the username.',
  password_common: 'This password is too common.',
  password_unchanged: 'The new password is the old one. Choose another.',
  passwords_differ: 'The two are not the same.',
  password_wrong: 'Your password was entered incorrectly. Please enter it again.',
  old_password_wrong: 'Your old password was entered incorrectly. Please enter it again.',
  user_id_out_of_range: 'This is not a whole number from 1 to {max}.',
  user_id_taken: 'A user with that id already exists.',
  user_id_deleted: 'The user with that id was deleted here.',
  username_of_another: 'Is the name of the user {id} here: give one of the two another name and import again.',
  password_hash_unknown: 'This is not a hash that can be verified.',
  password_hash_costly: 'Verifying this hash takes more CPU time than a sign-in may.',
  password_hash_weak:
    '{name} hashes are too weak to be imported: give this user an unusable password there (set_unusable_password in Django), and a new one here.',
  not_permission: 'Not a permission.',
  no_permission: '{name:json} is not a permission.',
  too_many_permissions: 'There are more than {count}.',
  role_name: 'A role begins with a letter and has at most 40 small letters, digits, - and _.',
  role_built_in: 'Is built in and cannot be changed: leave it out.',
  role_name_taken: 'A role of that name already exists.',
  unknown_user: 'There is no user {name}.',
  unknown_role: 'There is no role {name}.',
  unknown_application: 'There is no application {name}.',
  unknown_session: 'There is no session {id}, or it has already ended.',
  not_in_future: 'Must lie in the future.',
  user_disabled: 'This user is disabled.',
  unknown_resource: 'No resource server is known by this identifier.',
  scope_not_held: 'The user does not have {name:json}.',
  account_elsewhere: 'darvoza:account is for this server itself: leave the resource out.',
  elevated_elsewhere: 'Is for this server itself: leave the resource out.',
  too_many_api_keys: 'There are {count} live keys already: end one first.',
  unknown_api_key: 'There is no API key {id}, or it has already ended.',
  unknown_device: 'There is no device {id}, or it has already ended.',

  // Applications.
  application_id: 'Is not a valid client_id.',
  application_id_taken: 'Is taken.',
  application_id_deleted: 'Was deleted: its id is never used again.',
  application_resource_taken: 'Is taken.',
  application_resource_ours: 'That is this server itself.',
  application_needed: 'Without it nobody could sign in to change it back.',
  application_metadata: '{reason}',
  application_built_in: 'Cannot be changed for the built-in application.',
  uri_not_absolute: '{uri} is not an absolute URI.',
  uri_fragment: '{uri} has a fragment.',
  uri_wildcard: '{uri} has a wildcard.',
  uri_user_info: '{uri} has user information before its host.',
  uri_dot_segments: '{uri} has a dot segment (..) in its path.',
  uri_characters: '{uri} has characters that are invalid in a URI.',
  uri_scheme:
    '{uri}: the scheme {scheme} is not allowed; https, or http on this machine, or a scheme of your own with a dot.',
  uri_host: '{uri} has an invalid host, or one in another form than browsers normalize it to.',
  uri_not_https: '{uri}: http is for loopback addresses only.',
  uri_localhost: '{uri}: localhost may lead elsewhere; 127.0.0.1 is safer.',
  grant_ours: 'Passwords are entered only on the pages of this server.',
  grant_refresh_alone: 'refresh_token requires authorization_code or the device code, too.',
  grant_needs_proof: 'client_credentials is for applications that authenticate.',
  exchange_resource_server: 'Token exchange is for resource servers that authenticate.',
  exchange_origin: 'Token exchange is only for applications of administrators.',
  exchange_for_nothing: 'There is no exchange rule yet (token_exchange).',
  response_type_missing: 'authorization_code needs the response type code.',
  response_type_alone: 'The response type code needs the grant authorization_code.',
  jwks_missing: 'private_key_jwt needs jwks or jwks_uri.',
  jwks_twice: 'Is given together with jwks_uri.',
  jwks_private: 'Has a private or symmetric key.',
  pkce_public: 'Without a secret PKCE is the only protection of codes.',
  pkce_excused: 'Codes are not protected by PKCE.',
  secret_unused: 'It does not authenticate with a secret.',
  unknown_secret: 'There is no such secret, or it has already ended.',
  secret_short: 'Must have at least {count} characters.',
  secret_missing: 'It has no secret: create one before it can get tokens.',
  for_administrators: 'Can only be set by administrators.',
  name_of_another: 'Looks like the name of another application, or of this server.',
  uri_https_alone: 'Must be an https address.',
  grant_origin: 'An application that registers itself may not use {grant}.',
  permissions_origin: 'Are only for applications that an administrator has created or adopted.',
  too_many_initial_access_tokens: 'There are {count} live ones already: end one first.',
  unknown_initial_access_token: 'There is no initial access token {id}, or it has already ended.',
  not_registered_by_itself: 'It did not register itself.',
  scope_not_registrable: 'It may not request {name:json}.',
  another_registration: 'Does not belong to this application.',
  said_by_itself: 'The application sets this itself: adopt it first.',
  said_by_document: 'The document of the application sets this: it cannot be changed here.',
  first_party_origin: 'Is only for applications of administrators.',
  algorithm_inactive: 'No key of {algorithm} signs.',
  scope_reserved: '{name:json} is reserved.',
  scope_origin: '{name:json} is only for applications of administrators.',
  scope_unknown: 'No resource server has the scope {name:json}.',
  scope_name: '{name:json} is not a valid scope name.',
  scopes_without_resource: 'Scopes belong to a resource server: give its resource.',

  // Entries of the revocation log that are written by hand.
  not_token_id: 'Must be the jti of an access token.',
  subject_of_all: 'Must be empty: the revocation is for all users.',
  not_effect_of_kind: 'Must be {effects:or} for this kind.',

  // Signing keys.
  unknown_key: 'There is no key {kid}.',
  key_signs: 'The key {kid} signs: rotate it, or revoke it.',
  key_needed: 'The key {kid} is needed until {until}.',
  unknown_algorithm: 'There is no such signing algorithm.',
  unused_algorithm: 'Nothing is signed with {algorithm}: set the policy access_token_algorithm first.',

  // Policies: first their values, then changes as a whole.
  policy_not_boolean: 'must be true or false',
  policy_not_choice: 'must be one of {choices}',
  policy_mismatch: 'must match {pattern}',
  policy_reserved: 'is the name of another claim',
  policy_not_whole: 'must be a whole number',
  policy_not_duration: 'must be a duration such as 90s, 15m, 6 hours or 1 day 6 hours',
  policy_fraction: 'must be made of whole numbers, such as 1 hour 30 minutes',
  policy_out_of_range: 'must lie between {min} and {max}',
  policy_out_of_range_seconds: 'must lie between {min} and {max} seconds',
  policy_not_of_sessions: 'is not a rule for sessions, so it cannot be for new ones only',
  unknown_policy: 'there is no such policy',
  no_policy_given: 'No policy to change is given.',
  policy_value: '{name} {problem}',
  idle_beyond_absolute: 'refresh_token_lifetime is longer than session_absolute_lifetime, so it would never count',
  too_many_rules:
    'there are sessions under {count} different sets of rules already; apply this one to all sessions, or wait until the oldest have ended',
  not_version: 'Must be the number of a version.',
  no_such_version: 'There is no such version.',
  unknown_version: 'There is no version {version} of the policy.',
  first_version: 'The first version changed nothing.',
  undo_with_changes: 'Cannot be previewed together with changes.',
  undo_contradicts: 'Without version {version}: {problems:semicolon}.',
  nothing_to_undo: 'Nothing of version {version} is left to revert.',
  undo_conflict: '{conflicts}: revert that first, or set the value itself.',
  set_again: 'version {version} has set {name} again',
  set_since: 'Version {version} has set {name} since: look at it again.',
} as const satisfies Record<string, string>

export type ProblemCode = keyof typeof problems

export type ProblemValue = string | number | readonly string[] | Problem | readonly Problem[]

export type Problem = { code: ProblemCode; values?: Readonly<Record<string, ProblemValue>> }

/** The problems of each field; `non_field_errors` for the whole of what was sent. */
export type FieldProblems = Record<string, readonly Problem[]>

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Bare}:${string}` ? Bare : Name) | NamesIn<Rest>
  : never

/** The values of a code's text, all of them required; `count` decides the plural. */
export type ValuesOf<Code extends ProblemCode> = [NamesIn<(typeof problems)[Code]>] extends [never]
  ? []
  : [values: { [Name in NamesIn<(typeof problems)[Code]>]: Name extends 'count' ? number : ProblemValue }]

export function problem<Code extends ProblemCode>(code: Code, ...[values]: ValuesOf<Code>): Problem {
  return values === undefined ? { code } : { code, values }
}

/** The English text for clients of the API, the command line and our log. */
export function wireText({ code, values = {} }: Problem): string {
  return problems[code].replace(/\{(\w+)(?::(\w+))?\}/g, (_, name: string, how?: string) => written(values[name]!, how))
}

/** Problems as Django REST framework writes them: `{"field": ["text"]}`. */
export function wireFields(fields: FieldProblems): Record<string, string[]> {
  return Object.fromEntries(Object.entries(fields).map(([field, found]) => [field, found.map(wireText)]))
}

export function isProblem(value: ProblemValue): value is Problem {
  return typeof value === 'object' && 'code' in value
}

const joints: Record<string, string> = { or: ' or ', semicolon: '; ' }

function written(value: ProblemValue, how?: string): string {
  if (how === 'json') return JSON.stringify(value)
  if (isProblem(value)) return wireText(value)
  if (typeof value !== 'object') return String(value)
  return value.map(one => written(one)).join(joints[how ?? ''] ?? ', ')
}
