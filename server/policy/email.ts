// E-mail addresses as keys of searches.

/** Search key of an e-mail address: NFKC → lower case → NFKC, so that its original spelling does not matter. */
export function emailKey(email: string): string | null {
  return email === '' ? null : email.normalize('NFKC').toLowerCase().normalize('NFKC')
}
