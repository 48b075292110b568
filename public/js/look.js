// Theme and colours of the pages, for third-party scripts (swagger-ui, redoc).

/** Whether the dark theme is in use: by the user's choice, or by that of the system. */
export function isDark() {
  const { theme } = document.documentElement.dataset
  return theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
}

/** Calls `tell` at once, and whenever the system's theme changes. */
export function followLook(tell) {
  tell()
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell)
}

/** The computed value of a colour of css/tokens.css, such as `--ink`, inside the element `place`. */
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
