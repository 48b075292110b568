// Users of the Django service, created by Django itself, and the format of its dumps.
import type { Django } from './django.js'

export type DumpedRow = { model: string; pk: unknown; fields: Record<string, unknown> }

/** The scrypt hasher of later Django versions, which Django 3.2 lacks. */
const scrypt = `
def scrypt(password, salt='saltsaltsaltsalt'):
    import base64, hashlib
    digest = hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**14, r=8, p=1, maxmem=64 * 2**20, dklen=64)
    return f'scrypt\${2**14}\${salt}$8$1\${base64.b64encode(digest).decode()}'
`

/** The password of a user of the dump. */
export const passwordOf = (username: string) => `correct horse ${username}`

export const hashers = ['pbkdf2_sha256', 'pbkdf2_sha1', 'bcrypt_sha256', 'bcrypt', 'argon2', 'scrypt'] as const

/** `each` users for every hasher at its real cost, named `HASHER-N`, with ids from 101. */
export async function dumpHashedUsers(django: Django, each: number): Promise<string> {
  const [dump] = await django.dumps(
    `
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
${scrypt}
users = []
for hasher in ${JSON.stringify(hashers)}:
    for number in range(${each}):
        name = f'{hasher}-{number}'
        password = 'correct horse ' + name
        encoded = scrypt(password) if hasher == 'scrypt' else make_password(password, hasher=hasher)
        users.append(User(id=101 + len(users), username=name, password=encoded))
User.objects.bulk_create(users)`,
    ['auth.user'],
  )
  return dump!
}

/** Users with the same cheap password hash, with ids from 1, every tenth in a group. */
export async function dumpManyUsers(django: Django, count: number): Promise<string> {
  const [dump] = await django.dumps(
    `
from django.contrib.auth.models import Group, Permission, User
group = Group.objects.create(name='Shop Managers')
group.permissions.set(Permission.objects.filter(codename__in=['add_user', 'view_user']))
User.objects.bulk_create([
    User(id=i, username=f'user{i}', password='pbkdf2_sha256$1000$salt$3p73piur2zhlOXu+Pn01ErOz5QcdNfiQkRgk/Qif1e4=',
         first_name=f'First{i}', last_name='Gʻayrat', email=f'user{i}@example.com', is_active=i % 7 != 0)
    for i in range(1, ${count} + 1)], batch_size=500)
through = User.groups.through.objects
through.bulk_create([User.groups.through(user_id=i, group=group) for i in range(10, ${count} + 1, 10)], batch_size=500)`,
    ['auth', 'contenttypes'],
  )
  return dump!
}
