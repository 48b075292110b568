// Shows a password while it is typed, and hides it before the form is submitted, so that no browser stores it as a text value.
export function watchReveal() {
  document.addEventListener('click', event => {
    const button = event.target.closest('[data-reveal]')
    if (button) show(button, button.getAttribute('aria-pressed') !== 'true')
  })
  document.addEventListener('submit', event => {
    for (const button of event.target.querySelectorAll('[data-reveal]')) show(button, false)
  })
}

function show(button, isShown) {
  button.setAttribute('aria-pressed', isShown)
  document.getElementById(button.dataset.reveal).type = isShown ? 'text' : 'password'
}
