// A kind of access decides all that its routes have in common; a row of the route table names its kind, and router.ts
// makes the steps of the route from both. A new kind is a file here and its row in kinds.ts.
import type { ErrorCode } from '../../protocol/errors.js'
import type { Step } from '../handler.js'
import type { BodyName } from '../middleware/body-types.js'
import type { CorsName } from '../middleware/cors.js'
import type { FormRules } from '../oauth/form-rules.js'
import type { PresenterName } from '../presenters.js'
import type { Bearer } from './bearer.js'
import type { Browser } from './browser.js'
import type { CallingApplication } from './calling-application.js'
import type { Registrant } from './registrant.js'

/** Who may call a route, by its row: the name of the kind, and that kind's own settings. */
export type AnyAccess = { kind: string }

/** The authentication functions, made once for all routes. A kind that needs other ones brings them along. */
export type Senders = {
  bearer: Bearer
  browser: Browser
  application: CallingApplication
  registrant: Registrant
}

/** Credentials of one way to authenticate, by OpenAPI's security scheme, each with the scopes that it needs. */
export type Security = {
  bearer?: string[]
  apiKey?: string[]
  applicationSecret?: string[]
  registrationToken?: string[]
}

export type Kind<A extends AnyAccess> = {
  /** How senders authenticate. Other credentials in a request are ignored, such as cookies if this is `token`. */
  sender: 'nobody' | 'token' | 'cookie' | 'client' | 'registrant'
  /** The presenter of refusals: a row of presenters.ts. */
  presenter: PresenterName
  /** The origins whose pages may read the answers: a row of middleware/cors.ts. */
  cors: CorsName
  /** How a body is parsed, if the method has one: a row of middleware/body-types.ts. */
  body: BodyName
  /** Whether parameters and body members that a row does not name are refused or ignored. */
  unknown: 'refused' | 'ignored'
  /** Who may call, as text for the documents. */
  who(access: A): string
  /** Who may call, for OpenAPI: any one of these credentials is enough; an empty list asks for none. */
  security(access: A): Security[]
  /** Error codes of every route of this kind: of the sender, and of failures that prevent its authentication. */
  refuses(access: A): readonly ErrorCode[]
  /** Form parameters that are allowed beside those of the row. */
  form?: FormRules
  /** Steps that authenticate the sender before the body is read and again after it, as a slow body may take seconds. */
  judge(access: A, senders: Senders): Step[]
  /** Steps that check credentials in the body. */
  confirm(access: A, senders: Senders): Step[]
}

/** A table of kinds, by name. */
export type Kinds<A extends AnyAccess> = { readonly [K in A['kind']]: Kind<Extract<A, { kind: K }>> }
