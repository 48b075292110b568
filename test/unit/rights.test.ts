import { expect } from 'chai'
import {
  builtInRoles,
  mayAct,
  mayGive,
  ownPermissions,
  rightsBeyond,
  rightsOf,
} from '../../server/policy/permissions.js'

const rights = (...permissions: string[]) => new Set(permissions)
const support = rights(...builtInRoles.support)
const nobody = rights()

describe('the rights of an actor over a user', () => {
  it('refuse acting on a user with permissions of this server that the actor lacks', () => {
    expect(mayAct(support, 'everything')).to.equal(false)
    expect(mayAct(support, rights('darvoza:keys:read'))).to.equal(false)
    expect(mayAct(nobody, rights('darvoza:users:read'))).to.equal(false)
  })

  it('ignore permissions of other applications while none is granted', () => {
    expect(mayAct(support, rights('orders:write'))).to.equal(true)
    expect(mayAct(support, nobody)).to.equal(true)
    expect(mayAct(support, support)).to.equal(true)
  })

  it('refuse granting a permission of any application that the actor lacks', () => {
    expect(mayGive(support, rights('orders:write'))).to.equal(false)
    expect(mayGive(support, rights('darvoza:roles:write'))).to.equal(false)
    expect(mayGive(support, rights('darvoza:users:read', 'orders:write'))).to.equal(false)
    expect(mayGive(rights('orders:write'), rights('orders:write'))).to.equal(true)
    expect(mayGive(nobody, nobody)).to.equal(true)
  })

  it('allow a user to keep or lose a permission of another application that the actor lacks', () => {
    expect(mayAct(support, rights('orders:write'), rights('orders:write'))).to.equal(true)
    expect(mayAct(support, rights('orders:write'), nobody)).to.equal(true)
  })

  it('refuse taking away a permission of this server that the actor lacks', () => {
    expect(mayAct(support, rights('darvoza:keys:write'), nobody)).to.equal(false)
  })

  it('let only an administrator make an administrator, not an actor with every named permission', () => {
    const every = rights(...Object.keys(ownPermissions))
    expect(mayGive(every, 'everything')).to.equal(false)
    expect(mayGive('everything', 'everything')).to.equal(true)
    expect(mayAct('everything', 'everything', nobody)).to.equal(true)
  })

  it('list the permissions that an actor would gain by setting the password of the user', () => {
    expect(rightsBeyond(support, rights('orders:write', 'darvoza:users:read', 'a:b'))).to.deep.equal([
      'a:b',
      'orders:write',
    ])
    expect(rightsBeyond(rights('orders:write'), rights('orders:write'))).to.deep.equal([])
    expect(rightsBeyond('everything', rights('orders:write'))).to.deep.equal([])
  })

  it('recognize an administrator by the role, not by the listed permissions', () => {
    expect(rightsOf({ roles: ['admin'], allPermissions: [] })).to.equal('everything')
    expect(rightsOf({ roles: ['support'], allPermissions: ['a:b'] })).to.deep.equal(rights('a:b'))
  })
})
