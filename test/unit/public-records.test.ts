// Modules above identity/ can reach no secret of a stored record. The compiler searches the types of all that they are
// given: with a secret in any answer this file does not compile, and the error names the path to it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { State } from '../../server/http/handler.js'
import type { PagePartsDeps } from '../../server/http/pages/parts.js'
import type { PublicDevice, PublicSession } from '../../server/identity/devices/public-session.js'
import type { Identity } from '../../server/identity/identity.js'
import type { PublicUser } from '../../server/identity/people/public-user.js'
import type { BrowserSessions } from '../../server/identity/sign-in/browser-sessions.js'
import type { SignIn } from '../../server/identity/sign-in/sign-in.js'
import type { BrowserSessionRecord } from '../../server/storage/browser-sessions.js'
import type { DeviceRecord } from '../../server/storage/devices.js'
import type { KeyRecord, SecretRecord } from '../../server/storage/keys.js'
import type { SessionRecord } from '../../server/storage/sessions.js'
import type { UserRecord } from '../../server/storage/users.js'

/** Secret columns, by the record that has them. */
type Secret =
  | Kept<UserRecord, 'passwordHash' | 'usernameKey' | 'endedSeq'>
  | Kept<
      SessionRecord,
      'rotation' | 'refreshKeyVersion' | 'windowFrom' | 'windowStartedAt' | 'olderFrom' | 'olderStartedAt'
    >
  | Kept<DeviceRecord, 'clientDevice'>
  | Kept<BrowserSessionRecord, 'idHash' | 'formSecret'>
  | Kept<KeyRecord, 'sealedPrivateKey'>
  | Kept<SecretRecord, 'sealed'>
  | 'secretHash'
  | 'sealedKey'

/** A column that is renamed must be renamed here too. */
type Kept<Row, Name extends keyof Row> = Name

/** Depth of the search: a room, its part, its answer, a row of it, a member of that. */
type Below = [never, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/** The paths to secrets in the members of a `T` and in the answers of its functions. */
type SecretsIn<T, Path extends string, Depth extends number = 10> = [Depth] extends [never]
  ? never
  : T extends string | number | boolean | symbol | bigint | null | undefined | Date | Buffer
    ? never
    : // biome-ignore lint/suspicious/noExplicitAny: functions of every kind are looked into
      T extends (...asked: any[]) => infer Answer
      ? SecretsIn<Answer, `${Path}()`, Below[Depth]>
      : T extends Promise<infer Value>
        ? SecretsIn<Value, Path, Depth>
        : T extends AsyncIterable<infer Row>
          ? SecretsIn<Row, `${Path}[]`, Below[Depth]>
          : T extends ReadonlyMap<unknown, infer Value>
            ? SecretsIn<Value, `${Path}[]`, Below[Depth]>
            : T extends readonly (infer Item)[]
              ? SecretsIn<Item, `${Path}[]`, Below[Depth]>
              : {
                  [K in keyof T & string]: K extends Secret
                    ? `${Path}.${K}`
                    : SecretsIn<T[K], `${Path}.${K}`, Below[Depth]>
                }[keyof T & string]

/** Compiles only if there is no path. */
type None<Found extends never> = Found

type Checked = [
  None<SecretsIn<Identity, 'identity'>>,
  None<SecretsIn<SignIn, 'signIn'>>,
  None<SecretsIn<BrowserSessions, 'browserSessions'>>,
  // The form secret of a signed-out browser is in its cookie already.
  None<SecretsIn<Omit<State, 'formSecret'>, 'state'>>,
  None<SecretsIn<PagePartsDeps, 'pages'>>,
  // Counter-check: the compiler must find these secrets.
  // @ts-expect-error
  None<SecretsIn<{ users: { find(id: number): Promise<{ user: UserRecord | null }[]> } }, 'users'>>,
  // @ts-expect-error
  None<SecretsIn<{ keys: { every(): AsyncGenerator<KeyRecord> } }, 'keys'>>,
  // @ts-expect-error
  None<SecretsIn<{ of(): Promise<Map<string, SessionRecord>> }, 'sessions'>>,
  // @ts-expect-error
  None<SecretsIn<State & { page: BrowserSessionRecord }, 'state'>>,
]

/** A stored record must differ in type from its public form, so that a record that is only cast is noticed. */
type Same<A, B> = [A, B] extends [B, A] ? true : false
const wider: [Same<UserRecord, PublicUser>, Same<SessionRecord, PublicSession>, Same<DeviceRecord, PublicDevice>] = [
  false,
  false,
  false,
]

const checked: Checked[] = []

describe('stored records with secrets', () => {
  it('are in no answer of identity/, which the compiler checks in this file', () => {
    expect(checked).to.deep.equal([])
  })

  it('differ in type from their public forms', () => {
    expect(wider).to.deep.equal([false, false, false])
  })

  it('are not named in http/, jobs/ and commands/', () => {
    const root = fileURLToPath(new URL('../../../server/', import.meta.url))
    const above = ['http', 'jobs', 'commands'].flatMap(folder =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name)),
    )
    const files = above.filter(name => name.endsWith('.ts'))
    expect(files.length).to.be.above(80)
    const named = files.filter(name =>
      /\b(User|Session|Device|Key|Secret|BrowserSession|Application)Record\b/.test(
        readFileSync(join(root, name), 'utf8'),
      ),
    )
    expect(named).to.deep.equal([])
  })
})
