// Bulk selection: one checkbox selects every row of a table, and the form shows how many are selected.
export function watchBulk() {
  document.addEventListener('change', event => {
    const all = event.target.dataset.pickAll
    if (all) for (const box of boxesOf(all)) box.checked = event.target.checked
    const form = all ? document.getElementById(all) : event.target.form
    if (form && 'bulk' in form.dataset) count(form)
  })
  for (const form of document.querySelectorAll('form[data-bulk]')) count(form)
}

const boxesOf = id => document.querySelectorAll(`input[type=checkbox][form="${CSS.escape(id)}"]`)

function count(form) {
  const boxes = [...boxesOf(form.id)]
  const picked = boxes.filter(box => box.checked).length
  for (const button of form.querySelectorAll('button')) button.disabled = picked === 0
  const told = form.querySelector('[data-count]')
  told.textContent = picked > 0 ? form.dataset.picked.replace('%', picked) : ''
  told.hidden = picked === 0
  form.querySelector('[data-none]').hidden = picked > 0
  const all = document.querySelector(`[data-pick-all="${CSS.escape(form.id)}"]`)
  if (all) {
    all.checked = picked === boxes.length
    all.indeterminate = picked > 0 && picked < boxes.length
  }
}
