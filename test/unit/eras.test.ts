import { expect } from 'chai'
import { endlessVersion, foldEras } from '../../server/policy/eras.js'
import { firstPolicy, type Policy, type PolicyName, sessionPolicies } from '../../server/policy/policies.js'
import { areEquivalent, nextVersion, whyNotNext, whyNotValues } from '../../server/policy/policy-change.js'
import {
  type PolicyApply,
  type PolicyVersion,
  policyApplies,
  readVersions,
  undoing,
} from '../../server/policy/policy-version.js'
import { wireText } from '../../server/protocol/problems.js'
import { aDice, type Dice } from '../support/dice.js'

const first: PolicyVersion = {
  version: 1,
  policy: firstPolicy,
  changed: [],
  apply: 'refresh',
  undoes: null,
  settled: false,
}

/** Policy versions made one after the other. */
function aHistory(...changes: [values: Partial<Policy>, apply?: PolicyApply][]): PolicyVersion[] {
  const versions = [first]
  for (const [values, apply = 'refresh'] of changes) versions.push(next(versions, values, apply))
  return versions
}

function next(versions: readonly PolicyVersion[], values: Partial<Policy>, apply: PolicyApply): PolicyVersion {
  return nextVersion(versions, { values, apply, undoes: null }).next
}

function undo(versions: readonly PolicyVersion[], undoes: number, apply: PolicyApply = 'refresh'): PolicyVersion {
  const found = undoing(versions.slice(undoes - 2))
  if (!('values' in found)) throw new Error(`conflicts: ${JSON.stringify(found.conflicts)}`)
  return nextVersion(versions, { values: found.values, apply, undoes }).next
}

const openedUnder = (version: number) => ({ policyVersion: version, applicationId: 'darvoza' })
const access = (versions: readonly PolicyVersion[], opened: number) =>
  foldEras(versions).of(openedUnder(opened)).access_token_lifetime

describe('the eras of the policy', () => {
  it('are a single one while every version is for all sessions, which the latest then judges', () => {
    const versions = aHistory(
      [{ access_token_lifetime: 60 }],
      [{ reuse_grace: 5 }, 'now'],
      [{ username_max_length: 9 }],
    )
    const eras = foldEras(versions)
    expect(eras.list).to.deep.equal([{ from: 0, upto: endlessVersion, policy: versions.at(-1)!.policy }])
    for (const opened of [0, 1, 2, 4, 99]) expect(eras.of(openedUnder(opened))).to.equal(eras.list[0]!.policy)
  })

  it('spare older sessions a version for new ones, but not a later version for all', () => {
    const versions = aHistory(
      [{ access_token_lifetime: 60 }, 'new'],
      [{ reuse_grace: 5, username_max_length: 9 }, 'refresh'],
    )
    const eras = foldEras(versions)
    expect(eras.list.map(({ from, upto }) => [from, upto])).to.deep.equal([
      [0, 1],
      [2, endlessVersion],
    ])
    expect(eras.of(openedUnder(1))).to.deep.equal({ ...firstPolicy, reuse_grace: 5, username_max_length: 9 })
    expect(eras.of(openedUnder(2))).to.deep.equal(eras.latest)
    expect(eras.latest).to.include({ access_token_lifetime: 60, reuse_grace: 5 })
  })

  it('merge when a value is set for all sessions, even one that new sessions have already', () => {
    const versions = aHistory([{ access_token_lifetime: 60 }, 'new'], [{ access_token_lifetime: 60 }])
    expect(foldEras(versions).list).to.have.length(1)
    expect(access(versions, 1)).to.equal(60)
  })

  it('restore for each session the values from before an undone version', () => {
    const spared = aHistory([{ access_token_lifetime: 60 }, 'new'], [{ access_token_lifetime: 30 }, 'new'])
    spared.push(undo(spared, 3))
    expect([1, 2, 3].map(opened => access(spared, opened))).to.deep.equal([3_600, 60, 60])

    // Undoing a version for all restores the earlier value of each session.
    const spread = aHistory([{ access_token_lifetime: 60 }, 'new'], [{ access_token_lifetime: 60 }])
    spread.push(undo(spread, 3))
    expect([1, 2, 3].map(opened => access(spread, opened))).to.deep.equal([3_600, 60, 60])
    spread.push(undo(spread, 4))
    expect(
      [1, 2, 3].map(opened => access(spread, opened)),
      'undone again',
    ).to.deep.equal([60, 60, 60])
  })

  it('report the longest access token lifetime of all eras', () => {
    expect(foldEras(aHistory([{ access_token_lifetime: 60 }])).longestAccessLifetime).to.equal(60)
    expect(foldEras(aHistory([{ access_token_lifetime: 60 }, 'new'])).longestAccessLifetime).to.equal(3_600)
  })

  /** A naive model of one session: the policy that judged it after each version. */
  class Naive {
    readonly was = new Map<number, Policy>()
    constructor(
      readonly opened: number,
      versions: readonly PolicyVersion[],
    ) {
      for (const one of versions) if (one.version <= opened) this.was.set(one.version, one.policy)
    }

    take(version: PolicyVersion): void {
      const before = this.was.get(version.version - 1)!
      const source = version.undoes === null ? version.policy : this.was.get(version.undoes - 1)!
      const after: Record<string, unknown> = { ...version.policy }
      for (const name of sessionPolicies) {
        const reached = version.apply !== 'new' && version.changed.includes(name)
        after[name] = (reached ? source : before)[name]
      }
      this.was.set(version.version, after as Policy)
    }
  }

  const values: Record<string, readonly unknown[]> = {
    access_token_lifetime: [60, 900, 3_600],
    refresh_token_lifetime: [3_600, 86_400],
    reuse_grace: [0, 10],
    max_sessions_per_user: [0, 2],
    username_max_length: [20, 30],
  }

  function randomChange(dice: Dice): [Partial<Policy>, PolicyApply] {
    const apply = dice.oneOf(Object.keys(policyApplies)) as PolicyApply
    const names = Object.keys(values).filter(name => apply !== 'new' || name !== 'username_max_length')
    const chosen = dice.someOf(names)
    const set = chosen.length > 0 ? chosen : [names[0]!]
    return [Object.fromEntries(set.map(name => [name, dice.oneOf(values[name]!)])), apply]
  }

  it('equal a naive model in which each session keeps its own policy, for random changes', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const dice = aDice(seed)
      const versions = [first]
      const sessions = [new Naive(1, versions)]
      for (let step = 0; step < 12; step++) {
        const undoable = versions.length > 1 ? undoing(versions.slice(-2)) : null
        const version =
          undoable && 'values' in undoable && dice.chance(0.3)
            ? undo(versions, versions.length, dice.oneOf(['now', 'refresh', 'new']))
            : next(versions, ...randomChange(dice))
        versions.push(version)
        for (const session of sessions) session.take(version)
        sessions.push(new Naive(version.version, versions))
        const eras = foldEras(versions)
        // The store reads only these versions.
        const oldest = versions.find(one => one.apply === 'new')
        const inUse = versions.slice(oldest ? oldest.version - 2 : -1)
        for (const { opened, was } of sessions) {
          const told = `seed ${seed}, step ${step}, opened under ${opened}`
          expect(eras.of(openedUnder(opened)), told).to.deep.equal(was.get(version.version))
          expect(foldEras(inUse).of(openedUnder(opened)), told).to.deep.equal(was.get(version.version))
        }
        expect(eras.longestAccessLifetime).to.equal(
          Math.max(...sessions.map(({ was }) => was.get(version.version)!.access_token_lifetime)),
        )
      }
    }
  })

  it('are the same after an undone change as without it', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const dice = aDice(seed)
      const versions = [first]
      for (let step = 0; step < 8; step++) {
        versions.push(next(versions, ...randomChange(dice)))
        const changed = next(versions, ...randomChange(dice))
        const undone = undo([...versions, changed], changed.version, dice.oneOf(['now', 'refresh']))
        expect(areEquivalent(foldEras(versions), foldEras([...versions, changed, undone])), `seed ${seed}`).to.equal(
          true,
        )
      }
    }
  })

  it('stay the same for all sessions when a version is settled that none of them is older than', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const dice = aDice(seed)
      const versions = [first]
      for (let step = 0; step < 8; step++) versions.push(next(versions, ...randomChange(dice)))
      const oldest = versions.find(one => one.apply === 'new')
      if (!oldest) continue
      const settled = versions.map(one => (one === oldest ? { ...one, settled: true } : one))
      const [before, after] = [foldEras(versions), foldEras(settled)]
      for (let opened = oldest.version; opened <= versions.length; opened++)
        expect(after.of(openedUnder(opened))).to.deep.equal(before.of(openedUnder(opened)))
      expect(after.list.length).to.be.at.most(before.list.length)
    }
  })
})

describe('a policy change', () => {
  it('is refused with a problem per name, also for unknown names and __proto__', () => {
    const wrong = { reuse_grace: 99, no_such: 1, ...JSON.parse('{"__proto__": 1, "constructor": 2}') }
    const problems = whyNotValues(wrong, 'refresh')
    expect(Object.keys(problems).sort()).to.deep.equal(['__proto__', 'constructor', 'no_such', 'reuse_grace'])
    expect(whyNotValues({}, 'refresh')).to.have.all.keys('non_field_errors')
    expect(whyNotValues({ reuse_grace: 9 }, 'now')).to.deep.equal({})
  })

  it('may be limited to new sessions for policies about sessions only', () => {
    for (const name of Object.keys(firstPolicy) as PolicyName[]) {
      const mine = (sessionPolicies as readonly string[]).includes(name)
      expect(Object.keys(whyNotValues({ [name]: firstPolicy[name] }, 'new')), name).to.deep.equal(mine ? [] : [name])
    }
  })

  it('is refused when it contradicts other policies, or begins one era too many', () => {
    const versions = aHistory([{ session_absolute_lifetime: 86_400 }])
    const made = nextVersion(versions, { values: { refresh_token_lifetime: 86_401 }, apply: 'refresh', undoes: null })
    expect(whyNotNext(made)).to.have.length(1)

    const many = aHistory(
      ...Array.from({ length: 7 }, (_, n) => [{ reuse_grace: n + 1 }, 'new'] as const).map(
        one => [...one] as [Partial<Policy>, PolicyApply],
      ),
    )
    const eighth = (apply: PolicyApply) => nextVersion(many, { values: { reuse_grace: 20 }, apply, undoes: null })
    expect(wireText(whyNotNext(eighth('new'))[0]!)).to.match(/different sets of rules/)
    expect(whyNotNext(eighth('refresh'))).to.deep.equal([])
  })

  it('cannot be undone when a newer one has set the same value', () => {
    const versions = aHistory(
      [{ reuse_grace: 20, access_token_lifetime: 60 }],
      [{ reuse_grace: 30 }],
      [{ audience: 'a' }],
    )
    expect(undoing(versions.slice(1))).to.deep.equal({ values: { reuse_grace: 20 } })
    expect(undoing(versions)).to.deep.equal({ conflicts: [{ name: 'reuse_grace', version: 3 }] })
    // The value was set back by hand: no conflict.
    const back = aHistory([{ reuse_grace: 20, access_token_lifetime: 60 }], [{ reuse_grace: 10 }])
    expect(undoing(back)).to.deep.equal({ values: { reuse_grace: 10, access_token_lifetime: 3_600 } })
  })

  it('is read from its row, also from an older row without the list of changed values', () => {
    const row = { apply: 'refresh', undoes: null, settledAt: null }
    const read = readVersions([
      { ...row, version: 1, policy: '{}', changed: null },
      { ...row, version: 2, policy: '{"reuse_grace":20}', changed: null },
      {
        ...row,
        version: 3,
        policy: '{"reuse_grace":20}',
        changed: '["gone","reuse_grace"]',
        apply: 'new',
        settledAt: 5,
      },
    ])
    expect(read.map(one => one.changed)).to.deep.equal([[], ['reuse_grace'], ['reuse_grace']])
    expect(read.map(one => [one.apply, one.settled])).to.deep.equal([
      ['refresh', false],
      ['refresh', false],
      ['new', true],
    ])
    expect(read[0]!.policy).to.deep.equal(firstPolicy)
  })
})
