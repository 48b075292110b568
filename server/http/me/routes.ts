// The routes of the signed-in user.
import { longestPassword } from '../../policy/password.js'
import { paging } from '../admin/paging.js'
import { beforeNewPassword, inPerson, person } from '../kinds/person.js'
import { ownApiKeySchema } from '../lists/api-keys.js'
import { del, get, patch, post } from '../route.js'
import { listOf, pageOf } from '../wire/answers.js'
import { authorizedApplicationSchema, liveDeviceSchema, liveSessionSchema, userSchema } from './present.js'
import { apiKeyFields, newApiKeySchema } from './present-api-key.js'

const profileText = { required: false, blank: true, trim: true } as const
/** Body members of a profile, for one's own and for other users. */
export const profile = { first_name: profileText, last_name: profileText, email: profileText } as const

const password = { maxLength: longestPassword, secret: true } as const
const ended = { answers: { 204: null } } as const
const waits = { ...ended, waits: true } as const

export const meRoutes = {
  me: get('/api/me', beforeNewPassword, 'The signed-in user', { answers: { 200: userSchema } }),
  changeMe: patch('/api/me', beforeNewPassword, 'Change the profile of the signed-in user', {
    body: profile,
    answers: { 200: userSchema },
  }),
  changePassword: post('/api/me/password', inPerson.own, 'Change the password of the signed-in user', {
    body: { old_password: password, new_password: password },
    ...waits,
    refuses: ['overloaded', 'too_many_guesses'],
  }),
  mySessions: get('/api/me/sessions', person, 'List my sessions', {
    query: paging,
    answers: { 200: pageOf(liveSessionSchema) },
  }),
  endMyOtherSessions: del('/api/me/sessions', person, 'End all my sessions except the current one', waits),
  endMySession: del('/api/me/sessions/:id', person, 'End a session', { ...waits, refuses: ['not_found'] }),
  myDevices: get('/api/me/devices', person, 'List my devices', {
    query: paging,
    answers: { 200: pageOf(liveDeviceSchema) },
  }),
  endMyOtherDevices: del('/api/me/devices', person, 'End all my devices except the current one', waits),
  endMyDevice: del('/api/me/devices/:id', person, 'End a device', { ...waits, refuses: ['not_found'] }),

  myApplications: get('/api/me/applications', person, 'List the applications that may act for me', {
    answers: { 200: listOf(authorizedApplicationSchema) },
  }),
  withdrawMyApplication: del(
    '/api/me/applications/:id',
    person,
    'Withdraw my consent to an application, and end its sessions',
    { ...waits, refuses: ['not_found'] },
  ),

  myApiKeys: get('/api/me/keys', person, 'List my API keys', { answers: { 200: listOf(ownApiKeySchema) } }),
  createMyApiKey: post('/api/me/keys', inPerson.recent, 'Create an API key; its text is shown once', {
    body: apiKeyFields,
    answers: { 201: newApiKeySchema },
  }),
  endMyApiKey: del('/api/me/keys/:id', person, 'End an API key', { ...ended, refuses: ['not_found'] }),
} as const
