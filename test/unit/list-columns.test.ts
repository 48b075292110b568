import { expect } from 'chai'
import { z } from 'zod'
import { type Columns, cellsOf, jsonBy, jsonOf, pageOf } from '../../server/http/lists/columns.js'
import { deviceColumns, deviceFilters } from '../../server/http/lists/devices.js'
import {
  auditColumns,
  auditFilters,
  incidentColumns,
  incidentFilters,
  revocationColumns,
  revocationFilters,
} from '../../server/http/lists/logs.js'
import { sessionColumns, sessionFilters } from '../../server/http/lists/sessions.js'
import { userColumns, userFilters } from '../../server/http/lists/users.js'
import { routes } from '../../server/http/routes.js'

type Row = { name: string; words: string[]; seen: number | null; told: string | null; of: { id: number } | null }

const columns: Columns<Row> = {
  name: row => row.name,
  all_words: row => row.words,
  seen_at: { at: row => row.seen },
  told: { text: row => row.told },
  of: { members: row => row.of, cell: row => row.of?.id ?? null },
  of_more: { cell: row => row.of?.id ?? null },
  is_named: { alias: row => row.name !== '' },
}

const row: Row = { name: 'a', words: ['b', 'c'], seen: 1_000, told: '{"d":1}', of: { id: 7 } }
const fileOf = (one: Row) => cellsOf(columns).map(({ name, cell }) => [name, cell(one)])

describe('the columns of a list', () => {
  it('are described once for JSON, CSV files and pages', () => {
    const second = '1970-01-01T00:00:01.000Z'
    expect(jsonOf(columns, row)).to.deep.equal({
      ...{ name: 'a', all_words: ['b', 'c'], seen_at: second, told: { d: 1 }, of: { id: 7 }, is_named: true },
    })
    expect(fileOf(row)).to.deep.equal([
      ['name', 'a'],
      ['all_words', 'b c'],
      ['seen_at', second],
      ['told', '{"d":1}'],
      ['of', 7],
      ['of_more', 7],
    ])
    expect(pageOf(columns, row)).to.deep.equal({ name: 'a', allWords: ['b', 'c'], seenAt: 1_000, of: { id: 7 } })
  })

  it('stay in JSON and CSV files when their values are empty', () => {
    const empty: Row = { name: '', words: [], seen: null, told: null, of: null }
    const nothing = { name: '', all_words: [], seen_at: null, told: null, of: null, is_named: false }
    expect(jsonOf(columns, empty)).to.deep.equal(nothing)
    expect(fileOf(empty).map(([, cell]) => cell)).to.deep.equal(['', '', null, null, null, null])
    const some = z.object({ name: z.string(), seen_at: z.string().nullable() })
    expect(jsonBy(some, { name: row => row.name, seen_at: { at: row => row.seen } }, empty)).to.deep.equal({
      name: '',
      seen_at: null,
    })
  })

  it('keep the names that clients and spreadsheets rely on', () => {
    const heads = [userColumns, sessionColumns, auditColumns].map(of =>
      cellsOf(of as Columns<unknown>)
        .map(({ name }) => name)
        .join(),
    )
    expect(heads).to.deep.equal([
      'user_id,username,first_name,last_name,email,state,roles,permissions,own_permissions,last_login,live_sessions,created_at',
      'id,user_id,username,application,device_id,device,browser,platform,address,signed_in_at,last_seen_at,ends_at,state,ended_at,ended_reason,ended_by,ended_by_username',
      'seq,at,actor,action,subject_kind,subject,address,user_agent,request_id,before,after,hash',
    ])
    expect(Object.keys(deviceColumns)).to.include.members(['id', 'user_id', 'first_seen_at', 'live_sessions'])
    expect(Object.keys(revocationColumns)).to.include.members(['seq', 'except_sid', 'expires_at'])
    expect(Object.keys(incidentColumns)).to.include.members(['id', 'presented_generation', 'session'])
  })
})

describe('the filters of a list', () => {
  it('are query parameters of its API route', () => {
    const taken: Record<string, string[]> = {
      listUsers: Object.keys(userFilters),
      listSessions: Object.keys(sessionFilters),
      listDevices: Object.keys(deviceFilters),
      listAudit: Object.keys(auditFilters),
      listRevocations: Object.keys(revocationFilters),
      listIncidents: Object.keys(incidentFilters),
    }
    for (const [route, names] of Object.entries(taken)) {
      const query = Object.keys(routes[route as 'listUsers'].query)
      expect(query, route).to.include.members(names)
    }
    expect(routes.listUserSessions.query, 'of one user').not.to.have.property('user')
  })
})
