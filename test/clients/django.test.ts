// A check of the Django service that the migration tests use: its endpoints behave as those of a real simplejwt
// service.
import { expect } from 'chai'
import { aDjango, onDjango } from '../support/django.js'

onDjango('Django test service with simplejwt', () => {
  it('issues, refreshes and blacklists tokens, refuses a wrong password, and protects its page', async () => {
    const django = await aDjango({ simpleJwt: { ACCESS_TOKEN_LIFETIME: 300, ROTATE_REFRESH_TOKENS: true } })
    await django.script(`
from django.contrib.auth.models import User
User.objects.create_user('amy', 'amy@example.com', 'correct horse', id=41, first_name='Amy', last_name='Pond')`)
    const url = await django.serve()
    const post = (path: string, body: object) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await post('/api/token/', { username: 'amy', password: 'wrong' })).status).to.equal(401)
    expect((await fetch(`${url}/api/hello/`)).status).to.equal(401)
    const pair = (await (await post('/api/token/', { username: 'amy', password: 'correct horse' })).json()) as Record<
      string,
      string
    >
    expect(pair).to.deep.include({ user_id: 41, username: 'amy', first_name: 'Amy', last_name: 'Pond' })
    const hello = await fetch(`${url}/api/hello/`, { headers: { Authorization: `Bearer ${pair.access}` } })
    expect(await hello.json()).to.deep.equal({ hello: 'amy', id: 41 })
    const refreshed = await post('/api/token/refresh/', { refresh: pair.refresh })
    expect(await refreshed.json()).to.have.all.keys('access', 'refresh')
    expect((await post('/api/token/blacklist/', { refresh: pair.refresh })).status).to.equal(200)
    expect((await post('/api/token/refresh/', { refresh: pair.refresh })).status).to.equal(401)
  })
})
