// Copy buttons: copy an id or code to the clipboard.
export function watchCopy() {
  document.addEventListener('click', async event => {
    const button = event.target.closest('[data-copy]')
    if (!button) return
    try {
      await navigator.clipboard.writeText(button.dataset.copy)
    } catch {
      return
    }
    const use = button.querySelector('use')
    const before = use.getAttribute('href')
    use.setAttribute('href', before.replace(/#.*/, '#check'))
    button.title = button.dataset.copied
    setTimeout(() => use.setAttribute('href', before), 1500)
  })
}
