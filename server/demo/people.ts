// The users of a demo: names that are common in Tashkent, with some from neighbouring and some from distant countries.
import type { SeededRandom } from './seeded-random.js'

export type DemoPerson = { username: string; firstName: string; lastName: string; email: string }

/** A name as it is written, and as it is typed in a user name. */
type Name = readonly [written: string, typed: string]
type Origin = { men: readonly Name[]; women: readonly Name[]; families: readonly (readonly [man: Name, woman: Name])[] }

const plain = (text: string): Name[] =>
  text.split(' ').map(
    written =>
      [
        written,
        written
          .normalize('NFD')
          .toLowerCase()
          .replace(/[^a-z]/g, ''),
      ] as const,
  )

const cyrillic = (text: string): Name[] =>
  text.split(' ').map(pair => {
    const [written, typed] = pair.split('=') as [string, string]
    return [written, typed] as const
  })

const both = (names: Name[]) => names.map(name => [name, name] as const)

/** Family names with their feminine form: Karimov, Karimova. */
const uzbekFamilies = plain(
  'Karimov Rahimov Yusupov Toshmatov Ergashev Abdullayev Saidov Nazarov Ismoilov Xolmatov Qodirov Usmonov Mirzayev Sobirov Tursunov Hamidov Joʻrayev Boboyev Umarov Sultonov Normatov Eshonqulov Shodiyev Azimov Gʻaniyev Islomov Rustamov Valiyev Zokirov Oripov',
).map(man => [man, [`${man[0]}a`, `${man[1]}a`] as const] as const)

const russianFamilies = cyrillic(
  'Иванов=ivanov Смирнов=smirnov Кузнецов=kuznetsov Попов=popov Васильев=vasilyev Петров=petrov Соколов=sokolov Михайлов=mikhaylov Новиков=novikov Фёдоров=fyodorov Морозов=morozov Волков=volkov Алексеев=alekseyev Лебедев=lebedev Семёнов=semyonov Егоров=yegorov Павлов=pavlov Козлов=kozlov Степанов=stepanov Николаев=nikolayev',
).map(man => [man, [`${man[0]}а`, `${man[1]}a`] as const] as const)

const origins: readonly (readonly [Origin, number])[] = [
  [
    {
      men: plain(
        'Dilshod Sardor Jasur Bekzod Aziz Otabek Sherzod Ulugʻbek Rustam Farrux Javohir Akmal Bobur Doston Eldor Gʻayrat Islom Jamshid Komil Mirzo Nodir Oʻktam Sanjar Temur Umid Shohruh Zafar Anvar Bahodir Diyor',
      ),
      women: plain(
        'Nilufar Dilnoza Malika Gulnora Zulfiya Feruza Madina Kamola Sevara Nargiza Shahnoza Lola Oydin Barno Umida Munisa Zilola Dildora Nigora Iroda Sabina Gavhar Hulkar Mohira Robiya',
      ),
      families: uzbekFamilies,
    },
    55,
  ],
  [
    {
      men: cyrillic(
        'Алексей=aleksey Дмитрий=dmitriy Сергей=sergey Андрей=andrey Михаил=mikhail Иван=ivan Павел=pavel Николай=nikolay Егор=yegor Максим=maksim Антон=anton Роман=roman Тимур=timur Олег=oleg Кирилл=kirill',
      ),
      women: cyrillic(
        'Анна=anna Мария=mariya Елена=yelena Ольга=olga Наталья=natalya Ирина=irina Екатерина=yekaterina Татьяна=tatyana Светлана=svetlana Юлия=yuliya Дарья=darya Алина=alina Виктория=viktoriya',
      ),
      families: russianFamilies,
    },
    25,
  ],
  [
    {
      men: plain('Nursultan Yerlan Baurzhan Azamat Daniyar Emil Aibek Farid Murat Kemal'),
      women: plain('Aigerim Ainur Dana Zhanna Asel Gulmira Elif Zeynep Leyla Saltanat'),
      families: both(plain('Akhmetov Nurlan Bekov Sadykov Yilmaz Kaya Demir Osmonov Kasymov Rakhmon')),
    },
    10,
  ],
  [
    {
      men: plain('James Thomas Lukas Felix Min-jun Ji-ho Arjun Rahul Marco Pierre Kenji Omar Daniel Peter'),
      women: plain('Emma Sophie Hannah Lena Ji-woo Seo-yeon Priya Ananya Giulia Claire Yuki Fatima Laura Eva'),
      families: both(
        plain('Smith Müller Schneider Kim Lee Park Sharma Patel Rossi Dubois Tanaka Haddad Novák Jansen Brown García'),
      ),
    },
    10,
  ],
]

/** Mail domains of reserved names, which receive no mail (RFC 2606). */
const mailDomains = [
  ['mail.example', 40],
  ['pochta.example', 20],
  ['toshkent-savdo.example', 20],
  ['example.org', 10],
  ['example.com', 10],
] as const

/** Patterns of user names, with their weights. */
const styles: readonly (readonly [(first: string, last: string) => string, number])[] = [
  [(first, last) => `${first}.${last}`, 60],
  [(first, last) => `${first[0]}.${last}`, 15],
  [(first, last) => `${last}.${first[0]}`, 10],
  [(first, last) => `${first}_${last}`, 8],
  [first => first, 7],
]

/** @param taken usernames that were given out; the new one is added */
export function aPerson(random: SeededRandom, taken: Map<string, number>, longestUsername: number): DemoPerson {
  const origin = random.weighted(origins)
  const isFemale = random.chance(0.46)
  const [first, firstTyped] = random.pick(isFemale ? origin.women : origin.men)
  const [last, lastTyped] = random.pick(origin.families)[isFemale ? 1 : 0]
  const style = random.weighted(styles)
  const wanted = style(firstTyped, lastTyped).slice(0, longestUsername - 6)
  const count = (taken.get(wanted) ?? 0) + 1
  taken.set(wanted, count)
  const username = count === 1 ? wanted : `${wanted}${count}`
  const email = random.chance(0.94) ? `${username}@${random.weighted(mailDomains)}` : ''
  return { username, firstName: first, lastName: last, email }
}
