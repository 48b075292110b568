// Import of users from dumpdata of a real Django project, and export back to Django.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { aClient } from '../support/client.js'
import { aCommandLine, besideAServer, expectRefused, patience } from '../support/command-line.js'
import { aDjango, onDjango } from '../support/django.js'
import { signInWithEveryHash, takeBrokenDump } from '../support/django-import.js'
import { hashers, passwordOf } from '../support/django-users.js'

const django = ['user', 'import', '--format', 'django']

/** The script `back.py`, cut out of docs/moving-from-simplejwt.md. */
const wayBack = readFileSync(fileURLToPath(new URL('../../../docs/moving-from-simplejwt.md', import.meta.url)), 'utf8')
  .split('```python\n')
  .map(block => block.split('```')[0]!.replaceAll(/^ {3}/gm, ''))
  .find(block => block.includes('back.json'))!

onDjango('user import from a dump of Django', function () {
  // Python starts slowly on a busy machine.
  this.timeout(3 * patience)

  it('imports 350 of 400 rows, reports the 50 broken ones, and changes nothing on a second run', () =>
    takeBrokenDump(400))

  it(`signs in users with hashes of ${hashers.join(', ')} at real costs, and rehashes their passwords`, () =>
    signInWithEveryHash(2))

  it('imports groups and permissions by primary or natural key, and refuses a dump without them', async () => {
    const service = await aDjango()
    const every = ['auth.user', 'auth.group', 'auth.permission', 'contenttypes.contenttype']
    const [users, withGroups, byKeys, byNames, lines] = (await service.dumps(
      `
from django.contrib.auth.models import *
for name in ['Shop Managers', 'shop-managers', 'admin', 'Support', 'Операторы', 'редакция ÜX', '店員', 'plain']:
    Group.objects.create(name=name).permissions.set(Permission.objects.filter(codename='view_group'))
amy = User.objects.create_user('amy', 'amy@example.com', id=141)
amy.groups.set(Group.objects.all())
amy.user_permissions.set(Permission.objects.filter(codename__in=['add_user', 'delete_user']))
User.objects.create_user('bob', id=142)`,
      ['auth.user'],
      ['auth.user', 'auth.group'],
      every,
      ['--natural-foreign', 'auth.user', 'auth.group'],
      ['--natural-foreign', 'auth', '--format', 'jsonl'],
    )) as [string, string, string, string, string]
    const darvoza = await aCommandLine().migrated()
    await expectRefused(darvoza, [
      [[...django, '-'], 2, /have groups and permissions that are not in it.*--without-groups/, users],
      [[...django, '-'], 2, /have permissions that are not in it/, withGroups],
    ])
    const mark = (group: string) => createHash('sha256').update(group).digest('hex').slice(0, 8)
    const roles = [
      ...['group-admin', 'group-support', 'operatory', 'plain', 'redaktsiya-ux', 'shop-managers'],
      ...[`shop-managers-${mark('Shop Managers')}`, `group-${mark('店員')}`],
    ]
    const dumps = { 'by keys': byKeys, 'by names': byNames, 'as lines': lines }
    let known: unknown = null
    for (const [how, dump] of Object.entries(dumps)) {
      const there = await aCommandLine().migrated()
      const done = await there.json([...django, '-'], dump)
      expect(done.imported, how).to.equal(2)
      const amy = JSON.parse((await there.done(['user', 'export'])).split('\n')[0]!)
      expect(amy.roles, how).to.have.members(roles)
      expect(amy.permissions, how).to.have.members(['auth.add_user', 'auth.delete_user'])
      const made = await there.json(['role', 'list'])
      known ??= made
      expect(made, how).to.deep.equal(known)
      for (const role of made.filter((one: { built_in: boolean }) => !one.built_in))
        expect(role.permissions, role.name).to.deep.equal(['auth.view_group'])
    }
    const without = await darvoza.json([...django, '--without-groups', '-'], users)
    expect(without.imported).to.equal(2)
    expect(JSON.parse((await darvoza.done(['user', 'export'])).split('\n')[0]!).roles).to.deep.equal([])
  })

  it('imports a custom user model with --map, and one with UUID keys with --new-ids', async () => {
    const [members, visitors] = await Promise.all([aDjango({ users: 'members' }), aDjango({ users: 'visitors' })])
    const [[dump], [uuids]] = (await Promise.all([
      members.dumps(
        `
from members.models import Member
Member.objects.create_user('amy@example.com', '${passwordOf('amy')}', id=141, given_name='Amy', family_name='Pond', phone='1')
Member.objects.create_superuser('root@example.com', id=142)`,
        ['members'],
      ),
      visitors.dumps(
        `
from visitors.models import Visitor
Visitor.objects.create_user('cid', password='${passwordOf('cid')}')
Visitor.objects.create_user('dan')`,
        ['visitors'],
      ),
    ])) as [[string], [string]]
    const { server, darvoza } = await besideAServer()
    const map = ['--map', 'email=username', '--map', 'given_name=first_name', '--map', 'family_name=last_name']
    await expectRefused(darvoza, [
      [[...django, '-'], 2, /have no field username, but .*family_name.*--map FIELD=username/, dump],
      [[...django, '--map', 'mail=username', '-'], 2, /have no field mail/, dump],
      [[...django, '--map', 'email=name', '-'], 2, /name is none of id, username/, dump],
      [[...django, '--map', 'email', '-'], 2, /not of the form/, dump],
      [[...django, '--model', 'shop.Customer', '-'], 2, /no rows of shop.Customer, but of members.member/, dump],
      [['user', 'import', '--grant-admin', '-'], 2, /--grant-admin is for --format django/, dump],
    ])
    const ran = await darvoza.run([...django, ...map, '--map', 'joined_at=created_at', '-'], dump)
    expect([ran.code, ran.stdout]).to.deep.equal([0, 'imported 2 users\n'])
    expect(ran.stderr).to.include('superusers, who get no role by it').and.to.include(': 1, root@example.com')
    expect(ran.stderr).to.include('fields that are not taken: phone')
    const amy = await aClient(server).signIn({ username: 'amy@example.com', password: passwordOf('amy') })
    expect(amy).to.include({ user_id: 141, first_name: 'Amy', last_name: 'Pond' })
    const listed = await darvoza.json(['user', 'show', 'amy@example.com'])
    expect(listed).to.include({ email: 'amy@example.com', created_at: JSON.parse(dump)[0].fields.joined_at })

    const refused = await darvoza.run([...django, '-'], uuids)
    expect(refused.stdout).to.equal('imported 0 users\n')
    expect(refused.stderr).to.match(
      /row 1 \(visitors.visitor [0-9a-f-]{36}\): (cid|dan): pk: "[0-9a-f-]{36}" is no whole number/,
    )
    expect((await darvoza.json([...django, '--new-ids', '-'], uuids)).imported).to.equal(2)
    const cid = await aClient(server).signIn({ username: 'cid', password: passwordOf('cid') })
    expect(cid.user_id).to.be.oneOf([143, 144])
    const again = await darvoza.json([...django, '--new-ids', '-'], uuids)
    expect([again.imported, again.unchanged]).to.deep.equal([0, 2])
  })

  it('exports users back to Django as documented, with changed passwords, groups and superusers', async () => {
    const service = await aDjango()
    const [dump] = await service.dumps(
      `
from django.contrib.auth.models import *
for id, name in enumerate(['amy', 'bob', 'cid'], 101):
    User.objects.create_user(name, f'{name}@example.com', 'correct horse ' + name, id=id, is_staff=name == 'cid', is_superuser=name == 'cid')
User.objects.get(username='amy').groups.add(Group.objects.create(name='Shop Managers'))`,
      ['auth', 'contenttypes'],
    )
    const { server, darvoza } = await besideAServer()
    await darvoza.done([...django, '-'], dump)
    const client = aClient(server)
    // Amy's password is rehashed, Bob's is changed, and Cid's keeps its imported hash.
    await client.signIn({ username: 'amy', password: passwordOf('amy') })
    const { access } = await client.signIn({ username: 'bob', password: passwordOf('bob') })
    const changed = await client.send('POST', '/api/me/password/', {
      token: access,
      json: { old_password: passwordOf('bob'), new_password: 'another long one' },
    })
    expect(changed.status).to.equal(204)
    await darvoza.done(['user', 'set-roles', 'bob', 'admin'])
    await darvoza.done(['user', 'create', 'new', '--password-stdin', '--role', 'shop-managers'], passwordOf('new'))

    const exported = await darvoza.run(['user', 'export', '--format', 'django'])
    expect(exported.stderr).to.include('--grant-superuser').and.to.include('--with-groups')
    const namesake = "from django.contrib.auth.models import User\nUser.objects.create_user('admin', id=7)\n"
    const written = await service.script(namesake + wayBack.replace('open("back.json")', 'open(0)'), exported.stdout)
    expect(written).to.match(/^not written: \d+ UNIQUE.*\n$/)
    const known = await service.script(`
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
def signs_in(name, password):
    return authenticate(username=name, password=password) is not None
print(signs_in('amy', 'correct horse amy'), signs_in('cid', 'correct horse cid'), signs_in('new', 'correct horse new'),
      signs_in('bob', 'another long one'), signs_in('bob', 'correct horse bob'), signs_in('amy', 'wrong'))
print(*User.objects.filter(is_superuser=True, is_staff=True).values_list('username', flat=True))
print(*User.objects.get(username='amy').groups.values_list('name', flat=True))`)
    expect(known.trim().split('\n')).to.deep.equal(['True True True True False False', 'cid', 'Shop Managers'])

    const withRights = await darvoza.done([
      'user',
      'export',
      '--format',
      'django',
      '--grant-superuser',
      '--with-groups',
    ])
    const fresh = await aDjango()
    await fresh.manage(['loaddata', '--format', 'json', '-'], withRights)
    const given = await fresh.script(`
from django.contrib.auth.models import User
print(*User.objects.filter(is_superuser=True).order_by('username').values_list('username', flat=True))
print(*User.objects.filter(groups__name='shop-managers').order_by('username').values_list('username', flat=True))`)
    expect(given.trim().split('\n')).to.deep.equal(['admin bob', 'amy new'])

    const custom = await darvoza.done([
      'user',
      'export',
      '--format',
      'django',
      '--model',
      'members.Member',
      '--map',
      'email=username',
      '--map',
      'given_name=first_name',
    ])
    expect(JSON.parse(custom)[0]).to.deep.include({ model: 'members.Member' })
    expect(JSON.parse(custom)[0].fields).to.include({ email: 'admin' }).and.to.have.property('given_name')
    expect(JSON.parse(custom)[0].fields).not.to.have.any.keys('username', 'first_name', 'groups')
  })
})
