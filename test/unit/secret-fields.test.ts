import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { passwordProofField, secretFields } from '../../server/http/pages/password-proof.js'

const views = fileURLToPath(new URL('../../../views/', import.meta.url))

describe('form fields that the password confirmation page drops', () => {
  it('are all password and token fields of the views, and no others', () => {
    const files = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ejs'))
    const found = files.flatMap(name => {
      const fields = readFileSync(join(views, name), 'utf8').matchAll(/\{ name: '(\w+)'[^{}]*\}?/g)
      return [...fields].flatMap(([field, name]) => (/type: 'password'/.test(field) || name === 'token' ? [name!] : []))
    })
    expect(found).to.include(passwordProofField)
    expect([...new Set(found)].filter(name => name !== passwordProofField)).to.have.members([...secretFields])
  })
})
