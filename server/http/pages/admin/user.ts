// The page of one user: devices, profile, roles, events; and their changes.
import type { ApiKeys } from '../../../identity/api-keys/api-keys.js'
import type { Consents } from '../../../identity/authorizations/consents.js'
import type { Details } from '../../../identity/devices/details.js'
import type { Sessions } from '../../../identity/devices/sessions.js'
import type { LiveDevice, WhereSignedIn } from '../../../identity/devices/where-signed-in.js'
import type { Names } from '../../../identity/people/names.js'
import type { PublicUser } from '../../../identity/people/public-user.js'
import type { Roles } from '../../../identity/people/roles.js'
import type { Users } from '../../../identity/people/users.js'
import type { Actor } from '../../../policy/actor.js'
import { checkAll } from '../../../protocol/check-all.js'
import { browserUserOf, type Context } from '../../handler.js'
import { readFields } from '../../wire/fields.js'
import { presentAuthorization } from '../account/applications.js'
import { sessionsByApplication } from '../account/devices.js'
import { shownApiKey } from '../api-key-texts.js'
import { chosenIn, type Problems, problemsOf, profileRules, typedIn, typedProfile } from '../fields.js'
import type { Pages } from '../page.js'
import { presentDeviceName } from './lists.js'
import { eventActorText } from './people.js'
import { roleChoice } from './role-texts.js'
import { userIdIn } from './user-password.js'
import { presentUser } from './users.js'

export type OneUserPagesDeps = {
  pages: Pages
  users: Users
  roles: Roles
  sessions: Sessions
  whereSignedIn: WhereSignedIn
  details: Details
  consents: Consents
  apiKeys: Pick<ApiKeys, 'listOf'>
  names: Names
}

const profileFields = ['username', 'first_name', 'last_name', 'email'] as const
const roleFields = ['permissions'] as const

/** A refused form: values as typed, and their problems. */
type Wrong = { form: 'profile' | 'roles'; typed: Record<string, string>; problems: Problems }

/** Number of devices on the page; the list has all. */
const devicesShown = 10
const apiKeysShown = 10

export function createOneUserPages(deps: OneUserPagesDeps) {
  const { pages, users, roles, sessions, whereSignedIn, details, names, consents, apiKeys } = deps

  async function show(ctx: Context, user: PublicUser, wrong: Wrong | null = null): Promise<void> {
    const frame = pages.frameOf(ctx)
    const { may, t } = frame
    // The device used last is shown first.
    const seen = may('darvoza:sessions:read') ? await whereSignedIn.firstDevices(user.id, devicesShown) : null
    const used = seen?.devices.flatMap(one => one.sessions.map(({ applicationId }) => applicationId)) ?? []
    const applications = await names.ofApplications(used)
    const live = await whereSignedIn.countLive(user.id)
    const keys = seen && (await apiKeys.listOf(user.id))
    const happened = may('darvoza:audit:read') ? await details.userHistory(user.id) : null
    const history = happened?.entries.map(({ createdAt, action, actor, address, deviceName }) => ({
      at: createdAt,
      action,
      by: [eventActorText({ action, actor }, happened.names, t), address],
      device: deviceName,
    }))
    const data = {
      title: user.username,
      crumbs: [{ label: t('nav.users'), href: '/admin/users' }],
      user: { ...presentUser(user), ...presentMore(user) },
      devices: seen?.devices.map(one => presentDevice(one, applications)) ?? null,
      applications: seen ? (await consents.listOf(user.id)).map(one => presentAuthorization(one, frame)) : null,
      apiKeys: keys?.slice(0, apiKeysShown).map(key => shownApiKey(key, frame)) ?? null,
      apiKeyCount: keys?.length ?? 0,
      deviceCount: seen?.count ?? 0,
      sessionCount: live.sessions.count,
      tokenCount: live.tokens,
      history: history ?? null,
      wrong,
      values: profileOf(user),
      roles: may('darvoza:roles:write') ? (await roles.all()).map(role => roleChoice(role, frame)) : [],
    }
    await pages.show(ctx, 'admin/user', data, wrong ? 400 : 200)
  }

  /** Changes a user, shows a notice, and redirects to the user's page. */
  async function act(ctx: Context, work: (id: number, actor: Actor) => Promise<void>, textKey: string): Promise<void> {
    const user = await users.require(userIdIn(ctx))
    await work(user.id, browserUserOf(ctx).actor)
    await pages.flash(ctx, { tone: 'good', text: pages.translate(ctx)(textKey, { name: user.username }) })
    pages.go(ctx, `/admin/users/${user.id}`)
  }

  /** Saves a form of the user's page; problems are shown beside its fields. */
  async function save(ctx: Context, form: Wrong['form'], work: (user: PublicUser) => Promise<void>, textKey: string) {
    const user = await users.require(userIdIn(ctx))
    try {
      await work(user)
    } catch (error) {
      const problems = problemsOf(error, pages.frameOf(ctx))
      return await show(ctx, user, { form, typed: typedIn(ctx, [...profileFields, ...roleFields]), problems })
    }
    const { t } = pages.frameOf(ctx)
    await pages.flash(ctx, { tone: 'good', text: t(textKey, { name: user.username }) })
    pages.go(ctx, `/admin/users/${user.id}`)
  }

  return {
    async userPage(ctx: Context): Promise<void> {
      await show(ctx, await users.require(userIdIn(ctx)))
    },

    saveUserPage: (ctx: Context) =>
      save(
        ctx,
        'profile',
        async ({ id }) => {
          const profile = typedProfile(ctx)
          await checkAll(
            () => readFields(ctx, profileRules),
            () => users.check(profile, id),
          )
          await users.update(id, profile, browserUserOf(ctx).actor)
        },
        'user.saved',
      ),

    saveUserRoles: (ctx: Context) =>
      save(
        ctx,
        'roles',
        async ({ id }) => {
          const { permissions } = readFields(ctx, { permissions: { blank: true } })
          const own = permissions.split(/[\s,]+/).filter(Boolean)
          await users.setAccess(id, { roles: chosenIn(ctx, 'roles'), permissions: own }, browserUserOf(ctx).actor)
        },
        'user.rolesSaved',
      ),

    async deleteUserPage(ctx: Context): Promise<void> {
      const user = await users.require(userIdIn(ctx))
      await users.remove(user.id, browserUserOf(ctx).actor)
      const text = pages.translate(ctx)('user.nowDeleted', { name: user.username })
      await pages.flash(ctx, { tone: 'good', text })
      pages.go(ctx, '/admin/users')
    },

    withdrawOfUserPage: (ctx: Context) =>
      act(
        ctx,
        async (id, actor) => {
          await consents.withdraw(id, ctx.params.application!, actor)
        },
        'user.nowWithdrawn',
      ),
    disableUserPage: (ctx: Context) => act(ctx, users.disable, 'user.nowDisabled'),
    enableUserPage: (ctx: Context) => act(ctx, users.enable, 'user.nowEnabled'),
    signOutUserPage: (ctx: Context) => act(ctx, (id, actor) => sessions.endAll(id, actor), 'user.nowSignedOut'),
  }
}

function profileOf({ username, firstName, lastName, email, permissions }: PublicUser): Record<string, string> {
  return { username, first_name: firstName, last_name: lastName, email, permissions: permissions.join('\n') }
}

function presentMore(user: PublicUser) {
  const { active, createdAt, passwordChangedAt, mustChangePassword, permissions } = user
  return { active, createdAt, passwordChangedAt, mustChangePassword, permissions }
}

function presentDevice({ device, sessions, lastSeenAt }: LiveDevice, applications: ReadonlyMap<string, string>) {
  const { address, firstSeenAt } = device
  const groups = sessionsByApplication(sessions, applications)
  return {
    ...presentDeviceName(device),
    address,
    firstSeenAt,
    lastSeenAt,
    sessions: sessions.length,
    applications: groups.map(presentGroup),
  }
}

/** Presents an application's sessions on a device. `sid`: the session's id, if there is only one. */
function presentGroup({ id, name, sessions }: ReturnType<typeof sessionsByApplication>[number]) {
  return { id, name, count: sessions.length, sid: sessions.length === 1 ? sessions[0]!.id : null }
}
