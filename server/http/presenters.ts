// The presenters, which write refusals: one row for each wire format; a kind of access names its presenter.
import type { WriteRefusal } from './handler.js'
import { acceptsEvents, acceptsJson } from './middleware/accept.js'
import { pageHeaders, programHeaders } from './middleware/security-headers.js'
import { createOauthPresenter } from './oauth/present-error.js'
import { createApiPresenter } from './wire/present-error.js'

export type Presenter = {
  /** Whether the client accepts this format, by its Accept header; checked before all other steps. */
  accepts: (accept: string) => boolean
  write: WriteRefusal
  /** Headers of every answer. */
  headers: Readonly<Record<string, string>>
}

export type PresentersDeps = {
  issuer: string
  /** Writes a refusal as a page. */
  presentErrorPage: WriteRefusal
}

export function createPresenters({ issuer, presentErrorPage }: PresentersDeps) {
  const headers = programHeaders(issuer)
  return {
    /** JSON as djangorestframework-simplejwt writes it. */
    api: { accepts: acceptsJson, write: createApiPresenter(issuer), headers },
    /** The same JSON, for routes that also answer event streams: their clients may accept only `text/event-stream`. */
    feed: {
      accepts: accept => acceptsJson(accept) || acceptsEvents(accept),
      write: createApiPresenter(issuer),
      headers,
    },
    page: { accepts: () => true, write: presentErrorPage, headers: pageHeaders(issuer) },
    /** Errors of RFC 6749 §5.2. `Accept` is not checked: many OAuth clients send a useless one. */
    oauth: { accepts: () => true, write: createOauthPresenter(issuer), headers },
  } satisfies Record<string, Presenter>
}

export type PresenterName = keyof ReturnType<typeof createPresenters>
export type Presenters = Readonly<Record<PresenterName, Presenter>>
