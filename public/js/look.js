// For other people's scripts that have to be told how our pages look.

/** Whether the page is dark: the reader's choice, or the system's. */
export function isDark() {
  const { theme } = document.documentElement.dataset
  return theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
}

/** Calls back at once, and whenever the system's choice changes. */
export function followLook(tell) {
  tell()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell)
}

/** A colour of css/tokens.css, such as `--ink`, as it is in that place. */
export function colour(name, place) {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  place.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

export function font(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}
