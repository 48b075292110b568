// A password is shown while it is typed, and hidden again before the form is sent, so that no browser keeps it as a plain text.
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
