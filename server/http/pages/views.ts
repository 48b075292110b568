import { join } from 'node:path'
import ejs from 'ejs'

/** Renders `views/NAME.ejs` inside `views/layout.ejs`. Pages get plain values; `<%= %>` writes text as text. */
export function createViews(folder: string) {
  const options = { cache: true, root: folder, views: [folder] }
  return async function render(name: string, page: { title: string } & Record<string, unknown>): Promise<string> {
    const content = await ejs.renderFile(join(folder, `${name}.ejs`), page, options)
    return ejs.renderFile(join(folder, 'layout.ejs'), { title: page.title, content }, options)
  }
}

export type Render = ReturnType<typeof createViews>
