// Page texts of policies, permissions and key states: complete in every language, in English equal to the tables.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { keyStates } from '../../server/http/pages/admin/keys.js'
import { applies } from '../../server/http/pages/admin/policy-texts.js'
import { permissionKey } from '../../server/http/pages/admin/role-texts.js'
import { problemText } from '../../server/http/pages/fields.js'
import { languages } from '../../server/http/pages/texts.js'
import { ownPermissions } from '../../server/policy/permissions.js'
import {
  firstPolicy,
  type PolicyRow,
  policiesOf,
  policyGroupNames,
  policyNames,
  policyTable,
} from '../../server/policy/policies.js'
import { endReasons, unaffectedTexts } from '../../server/policy/policy-preview.js'
import { whyNotPolicy } from '../../server/policy/policy-values.js'
import { policyApplies } from '../../server/policy/policy-version.js'
import { signingAlgorithmNames } from '../../server/protocol/algorithms.js'

type Texts = Record<string, Record<string, Record<string, string>>>

const folder = fileURLToPath(new URL('../../../views/locales', import.meta.url))
const locales = Object.keys(languages).map(
  name => [name, JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Texts] as const,
)
const english = Object.fromEntries(locales).en!

const policyMeanings = Object.fromEntries(policyNames.map(name => [name, policyTable[name].meaning]))
const permissionMeanings = Object.fromEntries(
  Object.entries(ownPermissions).map(([permission, meaning]) => [permissionKey(permission), meaning]),
)

describe('page texts of policies, permissions and key states', () => {
  it('give the meaning of every policy in English as the policy table does', () => {
    expect(english.policies!.meaning).to.deep.equal(policyMeanings)
  })

  it('give the meaning of permissions and the effects of a policy change as their tables do', () => {
    expect(english.roles!.may).to.deep.equal(permissionMeanings)
    expect(english.policies!.stays).to.deep.equal(unaffectedTexts)
    expect(english.policies!.reason).to.deep.equal(endReasons)
    expect(english.policies!.applyMore).to.deep.equal(policyApplies)
    expect([...applies].sort()).to.deep.equal(Object.keys(policyApplies).sort())
  })

  it('have a name and a translated meaning for each policy in every language, and no others', () => {
    for (const [language, { policies, roles, keys }] of locales) {
      for (const group of [policies!.name, policies!.meaning])
        expect(Object.keys(group!).sort(), language).to.deep.equal([...policyNames].sort())
      expect(Object.keys(keys!.state!).sort(), language).to.deep.equal([...keyStates].sort())
      expect(Object.keys(keys!.stateMore!).sort(), language).to.deep.equal([...keyStates].sort())
      if (language === 'en') continue
      const untranslated = (mine: Record<string, string>, its: Record<string, string>) =>
        Object.keys(its).filter(key => mine[key] === its[key])
      expect(untranslated(policies!.meaning!, policyMeanings), language).to.deep.equal([])
      expect(untranslated(roles!.may!, permissionMeanings), language).to.deep.equal([])
    }
  })

  it('have words for every policy choice that is not the name of a signing algorithm', () => {
    const choices = policyNames.flatMap(name => {
      const row: PolicyRow = policyTable[name]
      return row.kind === 'choice' ? row.choices : []
    })
    const words = choices.filter(choice => !(signingAlgorithmNames as readonly string[]).includes(choice))
    expect(Object.keys(english.policies!.choice!).sort()).to.deep.equal(words.sort())
    const texts = policyNames.filter(name => policyTable[name].kind === 'text')
    expect(Object.keys(english.policies!.form!).sort()).to.deep.equal([...texts].sort())
  })

  it('show every policy in exactly one group', () => {
    expect(policyGroupNames.flatMap(policiesOf).sort()).to.deep.equal([...policyNames].sort())
  })

  it('name the problem of a policy with contradicting values', () => {
    const [problem] = whyNotPolicy({ ...firstPolicy, refresh_token_lifetime: 100, session_absolute_lifetime: 60 })
    expect(problemText(problem!, key => key)).to.equal('problems.idle_beyond_absolute')
  })
})
