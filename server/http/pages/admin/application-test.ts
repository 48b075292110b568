// A test sign-in to an application, for administrators: the real flow, with a page of this server in place of the
// application. It sends the application's authorization request, exchanges the code with the same checks as the token
// endpoint, shows requests and answers, and ends the session that it opened. Its redirect URI is not registered: only a
// ticket of this server allows it, for the browser session that began the test (tokens/sign-in-tests.ts).
import type { Applications } from '../../../identity/applications/applications.js'
import type { PublicApplication } from '../../../identity/applications/public-application.js'
import { testPath, testRedirectUri } from '../../../identity/authorizations/authorization-requests.js'
import { scopeWords } from '../../../policy/application-metadata.js'
import type { SignInTest, SignInTests } from '../../../tokens/sign-in-tests.js'
import { browserUserOf, type Context } from '../../handler.js'
import { type AuthorizationFlow, authorizePath, withTicket } from '../../oauth/authorization-flow.js'
import { typedIn } from '../fields.js'
import type { Pages } from '../page.js'
import { readText } from '../query.js'
import type { RunApplicationTest } from './application-test-run.js'
import { type Member, masked, membersOf } from './application-test-texts.js'

export type ApplicationTestPagesDeps = {
  pages: Pages
  issuer: string
  applications: Applications
  signInTests: SignInTests
  run: RunApplicationTest
  flow: AuthorizationFlow
  now: () => number
}

/** Values of `prompt` for the test; '' for the application's usual one. */
export const testPrompts = ['', 'login', 'consent', 'none'] as const

export function createApplicationTestPages(deps: ApplicationTestPagesDeps) {
  const { pages, issuer, applications, signInTests, run, flow, now } = deps

  const found = (ctx: Context): Promise<PublicApplication> => applications.require(ctx.params.id ?? '')
  const byOf = (ctx: Context, { id }: PublicApplication) => ({ sid: browserUserOf(ctx).sid, applicationId: id })
  const tabOf = ({ id }: PublicApplication) => `/admin/applications/${encodeURIComponent(id)}?tab=test`

  /** The authorization request that the application would send, by members. */
  function requestOf({ id, metadata }: PublicApplication, { state, nonce, challenge, prompt }: SignInTest): Member[] {
    return membersOf({
      ...{ client_id: id, response_type: 'code', redirect_uri: testRedirectUri(issuer, id) },
      ...{ scope: metadata.scope ?? '', state, nonce, code_challenge: challenge, code_challenge_method: 'S256' },
      ...(prompt && { prompt }),
    })
  }

  async function show(ctx: Context, application: PublicApplication, steps: Record<string, unknown>): Promise<void> {
    const { t } = pages.frameOf(ctx)
    await pages.show(ctx, 'admin/application-test', {
      title: t('applicationTest.title', { name: application.name }),
      crumbs: [
        { label: t('nav.applications'), href: '/admin/applications' },
        { label: application.name, href: tabOf(application) },
      ],
      ...{ application: { id: application.id }, back: tabOf(application), action: testPath(application.id) },
      ...{ issuer, answered: null, exchange: null, hidden: null },
      ...steps,
    })
  }

  /** The page for a test that this browser session has not begun. */
  async function notBegun(ctx: Context, application: PublicApplication): Promise<void> {
    await pages.flash(ctx, { tone: 'warn', text: pages.translate(ctx)('applicationTest.notBegun') })
    pages.go(ctx, tabOf(application))
  }

  return {
    /** Redirects to the authorization endpoint, as the application would. */
    async testApplicationPage(ctx: Context): Promise<void> {
      const application = await found(ctx)
      const typed = typedIn(ctx, ['prompt']).prompt
      const prompt = testPrompts.find(one => one === typed) ?? ''
      const by = byOf(ctx, application)
      const { state, nonce, challenge } = signInTests.begin(by, prompt)
      const ticket = flow.seal(ctx, {
        ...{
          applicationId: application.id,
          redirectUri: testRedirectUri(issuer, application.id),
          redirectUriGiven: true,
        },
        ...{ responseMode: 'query', state, nonce, challenge, resources: [], prompt: prompt ? [prompt] : [] },
        ...{ scope: scopeWords(application.metadata.scope ?? ''), testedBy: by.sid, beganAt: now() },
      })
      pages.go(ctx, withTicket(authorizePath, ticket))
    },

    /** The page at the redirect URI. Its form exchanges the code: loading the page twice must not spend it twice. */
    async applicationTestBackPage(ctx: Context): Promise<void> {
      const application = await found(ctx)
      const state = readText(ctx, 'state', 400)
      const test = signInTests.resume(byOf(ctx, application), state)
      if (!test) return await notBegun(ctx, application)
      const [code, error] = [readText(ctx, 'code'), readText(ctx, 'error')]
      const parameters = { code: code && masked(code), state, iss: readText(ctx, 'iss'), error, error_description: '' }
      parameters.error_description = readText(ctx, 'error_description', 400)
      await show(ctx, application, {
        request: requestOf(application, test),
        answered: membersOf(parameters),
        hidden: code && !error ? { code, state } : null,
      })
    },

    async redeemApplicationTest(ctx: Context): Promise<void> {
      const application = await found(ctx)
      const { code, state } = typedIn(ctx, ['code', 'state'])
      const test = signInTests.resume(byOf(ctx, application), state)
      if (!test) return await notBegun(ctx, application)
      await show(ctx, application, {
        request: requestOf(application, test),
        answered: membersOf({ code: masked(code), state, iss: issuer }),
        exchange: await run(ctx, application, code, test),
      })
    },
  }
}
