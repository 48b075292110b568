// What each file and test costs in processor seconds, of this process and of all that it started (databases, browsers,
// servers): for TIMES=1, which prints the dearest of them at the end of a run. Wall time says little on a busy machine.
const { appendFileSync, existsSync } = require('node:fs')
const { relative } = require('node:path')
const { processorSeconds } = require('../../dist/test/support/process-tree.js')

const spent = () => processorSeconds(process.pid)

/** @param runner of mocha */
module.exports = runner => {
  if (!existsSync('/proc/self/stat')) return
  const files = new Map()
  const tests = new Map()
  let before = 0
  const add = (map, name, cost) => map.set(name, (map.get(name) ?? 0) + cost)
  const since = () => {
    const now = spent()
    const cost = now - before
    before = now
    return cost
  }
  const nameOf = file => (file ? relative('dist/test', file) : 'between files')
  const told = (runnable, title) => {
    const cost = since()
    add(files, nameOf(runnable.file), cost)
    add(tests, `${nameOf(runnable.file)}: ${title}`, cost)
  }
  runner.once('start', () => add(files, 'loading', since()))
  runner.on('test end', test => told(test, test.title))
  // One of all tests ("after each", closing servers) belongs to the test before it.
  runner.on('hook end', hook => told(hook.ctx?.currentTest ?? hook, hook.ctx?.currentTest?.title ?? hook.title))
  runner.once('end', () => {
    add(files, 'between files', since())
    const lines = (map, most) =>
      [...map]
        .sort(([, one], [, other]) => other - one)
        .slice(0, most)
        .map(([name, cost]) => `${cost.toFixed(1).padStart(7)} s  ${name}\n`)
        .join('')
    const total = [...files.values()].reduce((sum, cost) => sum + cost, 0)
    const text = `\nprocessor seconds by file\n${lines(files)}${total.toFixed(1).padStart(7)} s  in all\n\nby test\n${lines(tests, 60)}`
    if (process.env.TIMES === '1') process.stdout.write(text)
    else appendFileSync(process.env.TIMES, text)
  })
}
