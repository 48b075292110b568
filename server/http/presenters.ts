// The presenters, which write refusals: one row for each wire; kinds of access name theirs.
import type { WriteRefusal } from './handler.js'
import { acceptsEvents, acceptsJson } from './middleware/accept.js'
import { pageHeaders, programHeaders } from './middleware/security-headers.js'
import { createOauthPresenter } from './oauth/present-error.js'
import { createApiPresenter } from './wire/present-error.js'

export type Presenter = {
  /** Does the caller take what is answered here? Asked before anything else is done. */
  accepts: (accept: string) => boolean
  write: WriteRefusal
  /** What every answer has. */
  headers: Readonly<Record<string, string>>
}

export type PresentersDeps = {
  issuer: string
  /** The page for people. */
  presentErrorPage: WriteRefusal
}

export function createPresenters({ issuer, presentErrorPage }: PresentersDeps) {
  const headers = programHeaders(issuer)
  return {
    /** simplejwt's JSON. */
    api: { accepts: acceptsJson, write: createApiPresenter(issuer), headers },
    /** The same beside what is no JSON: its readers say `text/event-stream`. */
    feed: {
      accepts: accept => acceptsJson(accept) || acceptsEvents(accept),
      write: createApiPresenter(issuer),
      headers,
    },
    page: { accepts: () => true, write: presentErrorPage, headers: pageHeaders(issuer) },
    /** RFC 6749 §5.2. Its clients know what comes, and many say nothing sensible in `Accept`. */
    oauth: { accepts: () => true, write: createOauthPresenter(issuer), headers },
  } satisfies Record<string, Presenter>
}

export type PresenterName = keyof ReturnType<typeof createPresenters>
export type Presenters = Readonly<Record<PresenterName, Presenter>>
