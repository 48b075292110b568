// Initial access tokens, with which applications register themselves, and adopting such an application. A new token is
// only in the answer to the form: it is not stored, not logged, and in no address.
import type { Applications } from '../../../identity/applications/applications.js'
import type {
  InitialAccessTokens,
  InitialAccessTokenToCreate,
  PublicInitialAccessToken,
} from '../../../identity/registrations/initial-access-tokens.js'
import { isOurScope } from '../../../policy/application-rules.js'
import { refuseField } from '../../../protocol/errors.js'
import type { PolicyInForce } from '../../../revocation/policy-in-force.js'
import { browserUserOf, type Context, type Handler } from '../../handler.js'
import { chosenIn, type Problems, problemsOf, typedIn } from '../fields.js'
import type { Frame } from '../frame.js'
import type { Pages } from '../page.js'
import { scopeChoices } from './scope-choices.js'

export type RegistrationPagesDeps = {
  pages: Pages
  issuer: string
  applications: Applications
  initialAccessTokens: InitialAccessTokens
  policy: PolicyInForce
  now: () => number
}

const page = '/admin/applications/-/tokens'
const day = 86_400_000
const lives = { '7d': 7 * day, '30d': 30 * day, '90d': 90 * day } as const
const expiries = [...Object.keys(lives), 'never']
const isLife = (text: string): text is keyof typeof lives => Object.hasOwn(lives, text)

type PageName = 'registrationTokensPage' | 'createRegistrationToken' | 'endRegistrationToken' | 'adoptApplicationPage'

export function createRegistrationPages(deps: RegistrationPagesDeps): Record<PageName, Handler> {
  const { pages, issuer, applications, initialAccessTokens, policy, now } = deps

  async function show(ctx: Context, problems: Problems | null = null): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { t } = frame
    const found = await initialAccessTokens.list()
    // A machine has no standard scopes, which are for users.
    const scopes = (await scopeChoices(applications, 'machine', frame)).filter(({ value }) => !isOurScope(value))
    const data = {
      title: t('registration.title'),
      lead: t('registration.lead'),
      crumbs: [{ label: t('nav.applications'), href: '/admin/applications' }],
      now: policy().client_registration,
      tokens: found.map(presentToken),
      scopes,
      expiries: expiries.map(value => ({ value, label: t(`registration.expiry.${value}`) })),
      problems: problems ?? {},
      values: problems
        ? { ...typedIn(ctx, ['name', 'most_uses', 'expires']), scopes: chosenIn(ctx, 'scopes') }
        : { expires: '7d', most_uses: '1' },
    }
    await pages.show(ctx, 'admin/registrations', data, problems ? 400 : 200)
  }

  /** Reads the form of a new token. @throws invalid_fields */
  function read(ctx: Context): InitialAccessTokenToCreate {
    const { name, most_uses, expires } = typedIn(ctx, ['name', 'most_uses', 'expires'])
    if (most_uses.trim() !== '' && !/^\d{1,9}$/.test(most_uses.trim())) throw refuseField('most_uses', 'not_whole')
    if (!expiries.includes(expires)) throw refuseField('expires', 'required')
    return {
      name,
      scopes: chosenIn(ctx, 'scopes'),
      mostUses: most_uses.trim() === '' ? null : Number(most_uses),
      expiresAt: isLife(expires) ? now() + lives[expires] : null,
    }
  }

  return {
    registrationTokensPage: (ctx: Context) => show(ctx),

    async createRegistrationToken(ctx: Context): Promise<void> {
      const frame: Frame = pages.frameOf(ctx)
      let made: Awaited<ReturnType<InitialAccessTokens['create']>>
      try {
        made = await initialAccessTokens.create(read(ctx), browserUserOf(ctx).actor)
      } catch (error) {
        return show(ctx, problemsOf(error, frame))
      }
      await pages.show(ctx, 'admin/given-registration-token', {
        title: frame.t('registration.new'),
        crumbs: [
          { label: frame.t('nav.applications'), href: '/admin/applications' },
          { label: frame.t('registration.title'), href: page },
        ],
        text: frame.t('registration.made', { name: made.token.name }),
        token: made.text,
        example: exampleOf(issuer, made.text),
        back: page,
      })
    },

    async endRegistrationToken(ctx: Context): Promise<void> {
      await initialAccessTokens.end(ctx.params.id!, browserUserOf(ctx).actor)
      await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)('registration.nowEnded') })
      pages.go(ctx, page)
    },

    async adoptApplicationPage(ctx: Context): Promise<void> {
      const { id, name } = await applications.require(ctx.params.id ?? '')
      const { version } = typedIn(ctx, ['version'])
      const isAdopted = await applications.adopt(id, browserUserOf(ctx).actor, Number(version))
      const t = pages.translate(ctx)
      if (isAdopted) await pages.flash(ctx, { tone: 'good', text: t('registration.nowAdopted', { name }) })
      else await pages.flash(ctx, { tone: 'warn', text: t('registration.hasChanged', { name }) })
      pages.go(ctx, `/admin/applications/${encodeURIComponent(id)}`)
    },
  }
}

function presentToken({
  id,
  name,
  hint,
  state,
  scopes,
  mostUses,
  uses,
  expiresAt,
  lastUsedAt,
}: PublicInitialAccessToken) {
  return { id, name, hint, state, scopes, mostUses, uses, expiresAt, lastUsedAt }
}

function exampleOf(issuer: string, token: string): string {
  const body = JSON.stringify({ client_name: 'My tool', redirect_uris: ['https://tool.example/callback'] })
  return [
    `curl ${issuer}/oauth/register \\`,
    `  -H 'Authorization: Bearer ${token}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${body}'`,
  ].join('\n')
}
