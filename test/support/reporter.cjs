// Mocha's spec reporter with one summed closing line that people and programs can read. With TIMES=1 what each file costs.
const { Spec } = require('mocha').reporters

module.exports = class extends Spec {
  constructor(runner, options) {
    super(runner, options)
    if (process.env.TIMES) require('./times.cjs')(runner)
  }

  epilogue() {
    super.epilogue()
    const { passes, failures, pending } = this.stats
    process.stdout.write(`${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ''}\n`)
  }
}
