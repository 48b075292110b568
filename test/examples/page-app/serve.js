// Serves the static files of the page and the library; any web server can do this.
//
//   npm install express oidc-client-ts
//   ISSUER=http://localhost:4000 CLIENT_ID=notes node serve.js
import { fileURLToPath } from 'node:url'
import express from 'express'

const { ISSUER = 'http://localhost:4000', CLIENT_ID, PORT = '3001' } = process.env
const file = (path, base = import.meta.url) => fileURLToPath(new URL(path, base))

const app = express()
app.get('/settings.json', (_, res) => res.json({ authority: ISSUER, client_id: CLIENT_ID }))
app.use(express.static(file('../browser', import.meta.resolve('oidc-client-ts'))))
app.get('/', (_, res) => res.sendFile(file('index.html')))
app.get('/page.js', (_, res) => res.sendFile(file('page.js')))
app.listen(Number(PORT), '127.0.0.1', () => console.log(`Open http://127.0.0.1:${PORT}/`))
