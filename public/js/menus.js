// Closes menus and confirmations on a click elsewhere, on Escape, and on their close button.
const open = 'details.menu[open], details.confirm[open]'

export function watchMenus() {
  document.addEventListener('click', event => {
    if (event.target.closest('[data-close]')) return close(event.target.closest('details'))
    for (const menu of document.querySelectorAll(open)) if (!menu.contains(event.target)) menu.open = false
  })
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    for (const menu of document.querySelectorAll(open)) close(menu)
  })
}

function close(menu) {
  const held = menu.contains(document.activeElement)
  menu.open = false
  if (held) menu.querySelector('summary').focus()
}
