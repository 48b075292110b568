// Routes of roles: list, create, change, delete. The routes that write require a recent sign-in.
import { may, mayIfRecent } from '../../kinds/permission.js'
import { del, get, patch, post } from '../../route.js'
import { listOf } from '../../wire/answers.js'
import { roleSchema } from '../present.js'

const permissions = { is: 'texts', required: false } as const
const refuses = ['built_in_role', 'not_found'] as const

export const roleRoutes = {
  listRoles: get('/api/admin/roles', may('darvoza:users:read'), 'List roles with the number of users that have them', {
    answers: { 200: listOf(roleSchema) },
  }),
  createRole: post('/api/admin/roles', mayIfRecent('darvoza:roles:write'), 'Create a role', {
    body: { name: {}, permissions },
    answers: { 201: roleSchema },
  }),
  changeRole: patch(
    '/api/admin/roles/:name',
    mayIfRecent('darvoza:roles:write'),
    "Change a role's name or permissions",
    { body: { name: { required: false }, permissions }, answers: { 200: roleSchema }, refuses, waits: true },
  ),
  deleteRole: del('/api/admin/roles/:name', mayIfRecent('darvoza:roles:write'), 'Delete a role', {
    answers: { 204: null },
    refuses,
    waits: true,
  }),
} as const
