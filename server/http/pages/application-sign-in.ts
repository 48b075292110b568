// The sign-in page for a user sent by an application: it names the application, and cancelling is an answer to it, too.
import type { AuthorizationRequests } from '../../identity/authorizations/authorization-requests.js'
import type { SignInReason } from '../../policy/authorization.js'
import type { Context } from '../handler.js'
import type { AuthorizationAnswer } from '../oauth/authorization-answer.js'
import { type AuthorizationFlow, authorizePath, withTicket } from '../oauth/authorization-flow.js'
import { allowFormAction } from '../oauth/form-action.js'
import type { Pages } from './page.js'

export type SignInFor = {
  ticket: string
  /** The application's name. */
  application: string
  /** Why a signed-in user has to sign in again, as a sentence. */
  why: string
  /** The username in the form, if the application or a browser session names one. */
  username: string
  /** The address after the sign-in. */
  onward: string
  /** Whether no sign-in is needed any more. */
  isOver: boolean
}

export type ApplicationSignInDeps = {
  pages: Pages
  authorizationRequests: AuthorizationRequests
  flow: AuthorizationFlow
  answer: AuthorizationAnswer
}

export function createApplicationSignIn({ pages, authorizationRequests, flow, answer }: ApplicationSignInDeps) {
  return {
    /** The authorization request of the page or its form. @throws ticket_expired, and what the rules refuse */
    async open(ctx: Context): Promise<SignInFor> {
      const { request, application, ticket } = await flow.reopen(ctx)
      allowFormAction(ctx, request.redirectUri)
      const { browser } = ctx.state
      const next = await authorizationRequests.nextStep({ request, application }, browser)
      const reason: SignInReason = next.step === 'sign_in' ? next.why : 'nobody'
      const isSame = browser !== undefined && reason !== 'other_person'
      return {
        ticket,
        application: application.name,
        why: browser && reason !== 'nobody' ? sentence(ctx, reason, application.name, browser.user.username) : '',
        username: request.loginHint ?? (isSame ? browser.user.username : ''),
        onward: withTicket(authorizePath, ticket),
        isOver: next.step !== 'sign_in',
      }
    },

    async leave(ctx: Context): Promise<void> {
      const { request } = await flow.reopen(ctx)
      await answer.send(ctx, request, { error: 'access_denied' })
    },

    allowOnward: flow.allowOnward,
  }

  function sentence(ctx: Context, reason: Exclude<SignInReason, 'nobody'>, application: string, name: string): string {
    return pages.translate(ctx)(`login.again.${reason}`, { application, name })
  }
}

export type ApplicationSignIn = ReturnType<typeof createApplicationSignIn>
