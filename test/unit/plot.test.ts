import { expect } from 'chai'
import { type PlotSeries, type PlotWords, plot } from '../../server/http/pages/plot.js'

const words: PlotWords = {
  title: 'Sign-ins',
  description: 'Sign-ins of the last day',
  nothing: 'Nothing yet',
  time: at => `t${at}`,
  value: value => String(value),
}
const series = (...values: (number | null)[]): PlotSeries => ({
  label: 'all',
  points: values.map((value, at) => ({ at, value })),
})
const drawn = (...all: PlotSeries[]) => plot(all, words, { id: 'p1' })
const steps = (...all: PlotSeries[]) => plot(all, words, { id: 'p1', step: 1, shape: 'steps' })

const heights = (path: string) => [...path.matchAll(/[\d.]+,([\d.]+)/g)].map(match => Number(match[1]))

describe('an SVG plot', () => {
  it('escapes its texts, and has no style, script, event handler or link', () => {
    const bad = '</text><script>alert(1)</script><a href="javascript:x" style="a:b" onload=\'x\'>\u0000\u0008&amp;'
    const svg = plot(
      [{ label: bad, points: series(1, 2).points }, series(2, 3)],
      { title: bad, description: bad, nothing: bad, time: () => bad, value: () => bad, point: () => bad },
      { id: 'p1', step: 1 },
    )
    const tags = new Set([...svg.matchAll(/<\/?([a-z]+)/g)].map(match => match[1]))
    expect([...tags].sort()).to.deep.equal(
      ['circle', 'desc', 'line', 'path', 'rect', 'svg', 'text', 'title'].filter(tag => tags.has(tag)),
    )
    const attributes = new Set(
      [...svg.matchAll(/<[a-z]+([^>]*)>/g)].flatMap(match =>
        [...match[1]!.matchAll(/([\w-]+)="/g)].map(one => one[1]!),
      ),
    )
    for (const name of attributes) expect(name).to.not.match(/^(style|on|href|xlink)/)
    expect(svg).to.not.match(/[\u0000-\u0008]/)
    expect(svg).to.include('&lt;script&gt;alert(1)&lt;/script&gt;').and.include('&amp;amp;')
  })

  it('refuses an id that could break out of its attribute, and more than five series', () => {
    for (const id of ['', '1', 'a b', 'a"', '<']) expect(() => plot([series(1)], words, { id })).to.throw('id')
    expect(() => drawn(...Array.from({ length: 6 }, () => series(1)))).to.throw('at most 5')
  })

  it('has a title and a description for screen readers', () => {
    const svg = drawn(series(1, 2))
    expect(svg).to.include('role="img" aria-labelledby="p1-title p1-desc"')
    expect(svg).to.include('<title id="p1-title">Sign-ins</title>')
    expect(svg).to.include('<desc id="p1-desc">Sign-ins of the last day</desc>')
  })

  it('shows a text when it has no data, and a line on the baseline for zeros', () => {
    for (const none of [[], [series()], [series(null, null)]]) {
      expect(plot(none, words, { id: 'p1' }))
        .to.include('>Nothing yet</text>')
        .and.not.include('<path')
    }
    const [path] = /<path class="plot-line[^>]*>/.exec(drawn(series(0, 0, 0)))!
    expect(new Set(heights(path))).to.deep.equal(new Set([174]))
  })

  it('draws higher values higher within its frame, and orders the ruler values from 0 upwards', () => {
    const [path] = /<path class="plot-line[^>]*>/.exec(drawn(series(0, 5, 80, 0)))!
    const all = heights(path)
    expect(Math.min(...all)).to.be.at.least(12)
    expect(Math.max(...all)).to.equal(174)
    const svg = drawn(series(3, 9))
    const rulers = [...svg.matchAll(/class="plot-value" x="[\d.]+" y="([\d.]+)"[^>]*>(\d+)</g)]
    const values = rulers.map(match => Number(match[2]))
    expect(values[0]).to.equal(0)
    expect(values.at(-1)).to.be.at.least(9)
    const places = rulers.map(match => Number(match[1]))
    expect(places).to.deep.equal([...places].sort((a, b) => b - a))
  })

  it('has distinct whole numbers on its rulers', () => {
    for (const most of [0, 1, 2, 3]) {
      const values = [...drawn(series(0, most)).matchAll(/class="plot-value"[^>]*>([^<]*)</g)].map(match => match[1])
      expect(
        values.every(value => /^\d+$/.test(value!)),
        values.join(),
      ).to.equal(true)
      expect(new Set(values).size).to.equal(values.length)
    }
  })

  it('has a gap for an unknown value, and a dot for a single value between two gaps', () => {
    const svg = drawn(series(1, 2, null, 3, null, 4, 5))
    const [path] = /<path class="plot-line[^>]*>/.exec(svg)!
    expect(path.match(/M/g)).to.have.length(3)
    expect(svg.match(/<circle/g)).to.have.length(1)
    expect(svg).to.not.include('NaN')
  })

  it('has one to six time labels, whatever the number of points', () => {
    for (const count of [1, 2, 6, 7, 96, 1_440]) {
      const svg = drawn(series(...Array.from({ length: count }, (_, index) => index % 7)))
      const times = svg.match(/class="plot-time[" ]/g)!
      expect(times.length, String(count)).to.be.within(1, 6)
      expect(svg).to.not.include('NaN')
    }
  })

  it('draws a counted value over its whole step, also next to a gap and at the end', () => {
    const svg = steps(series(null, 3, null, null, 5))
    const [path] = /<path class="plot-line[^>]*>/.exec(svg)!
    const [, d] = / d="([^"]*)"/.exec(path)!
    const runs = d!.split('M').slice(1)
    expect(runs).to.have.length(2)
    for (const run of runs) {
      const [from, upto] = [...run.matchAll(/([\d.]+),/g)].map(match => Number(match[1])).sort((a, b) => a - b)
      expect(upto! - from!).to.be.closeTo((480 - 12 - 34) / 5, 1)
    }
    expect(svg).to.not.include('<circle')
    expect(svg).to.not.include('NaN')
  })

  it('has a tooltip for each step, and labels at those given times that are within its range', () => {
    const told = plot(
      [series(4, null, 6)],
      { ...words, point: at => `step ${at}` },
      { id: 'p1', step: 1, times: [2, 9] },
    )
    for (const at of [0, 1, 2]) expect(told).to.include(`<title>step ${at}</title></rect>`)
    expect(told.match(/class="plot-time/g)).to.have.length(1)
    expect(told).to.include('>t2</text>')
    expect(drawn(series(4, 6))).to.not.include('<rect')
  })

  it('leaves room on the left for its largest number', () => {
    const left = (svg: string) => Number(/class="plot-ruler" x1="([\d.]+)"/.exec(svg)![1])
    expect(left(drawn(series(1_000_000))) - left(drawn(series(1)))).to.be.at.least(20)
  })

  it('labels its series when there are several', () => {
    const svg = drawn({ ...series(1, 2), label: 'one' }, { ...series(2, 1), label: 'two' })
    for (const label of ['one', 'two']) expect(svg).to.include(`>${label}</text>`)
    for (const number of [1, 2]) expect(svg).to.include(`plot-line plot-series-${number}`)
    expect(drawn(series(1, 2))).to.not.include('plot-label')
  })
})
