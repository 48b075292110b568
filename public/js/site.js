// Progressive enhancement: every page works without JavaScript.
import { watchBulk } from './bulk.js'
import { watchCopy } from './copy.js'
import { watchMenus } from './menus.js'
import { watchReveal } from './reveal.js'
import { tellZone } from './zone.js'

document.documentElement.dataset.script = ''
tellZone()
watchMenus()
watchCopy()
watchBulk()
watchReveal()
