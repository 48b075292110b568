// What a kind of access is. A kind decides all that its routes have in common; a row of the route table names its kind, and
// router.ts makes the steps of the route from both. A new kind is a file here and its row in kinds.ts.
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

/** What a row says of who may call: the kind, and what that kind wants to know beside. */
export type AnyAccess = { kind: string }

/** What tells senders apart, made once for all routes. A kind that needs something else brings it along. */
export type Senders = {
  bearer: Bearer
  browser: Browser
  application: CallingApplication
  registrant: Registrant
}

/** What must be shown, in the words of OpenAPI: one of these, and what it must be good for. */
export type Security = {
  bearer?: string[]
  apiKey?: string[]
  applicationSecret?: string[]
  registrationToken?: string[]
}

export type Kind<A extends AnyAccess> = {
  /** What senders are known by. Nothing else that a request has with it is looked at: no cookie where it says `token`. */
  sender: 'nobody' | 'token' | 'cookie' | 'client' | 'registrant'
  /** Who writes refusals: a row of presenters.ts. */
  presenter: PresenterName
  /** Whose pages may read the answers: a row of middleware/cors.ts. */
  cors: CorsName
  /** How a body is read, where the method has one: a row of middleware/body-types.ts. */
  body: BodyName
  /** What becomes of parameters that a row does not name, in the address and in the body. */
  unknown: 'refused' | 'ignored'
  /** Who may call, for the documents. */
  who(access: A): string
  /** The same for programs: what any one of these says is enough; without any, nothing is needed. */
  security(access: A): Security[]
  /** What it refuses with, whatever the route: the sender, and what keeps it from being judged. */
  refuses(access: A): readonly ErrorCode[]
  /** What may stand in the form beside what a row names. */
  form?: FormRules
  /** The sender, before the body is read; and once more behind it, since a body can be held back until much has changed. */
  judge(access: A, senders: Senders): Step[]
  /** What the body itself must hold. */
  confirm(access: A, senders: Senders): Step[]
}

/** A table of kinds, by the names that rows call them. */
export type Kinds<A extends AnyAccess> = { readonly [K in A['kind']]: Kind<Extract<A, { kind: K }>> }
