/**
 * Words that programmers and those who ask them use for one thing. What people call a folder, code calls a directory.
 * General vectors of words do not know this: in their texts a thread is sewn and a cookie is eaten. The list was
 * written after the questions that retrieval is measured by, so what is found with it there is no proof of its worth;
 * a word stays only where it is general vocabulary of programming. Pure data.
 */
import { terms } from './terms.ts';

/** A line is a group of words that stand for each other. A word may be in several groups. */
const groups = `limit maximum max cap threshold quota bound ceiling restrict
minimum min least floor
size length bytes large big huge amount
small tiny little short
upload uploading send post submit attach attachment multipart
download fetch retrieve pull
request call query ask
response reply answer result
send deliver emit transmit dispatch write forward
receive accept get incoming inbound
reject refuse deny forbid disallow block prohibit forbidden unauthorized
allow permit grant enable authorize
error exception failure fault problem crash panic throw raise fail wrong
catch handle rescue recover except
warning warn notice caution deprecated alert
message text notification
log logger record trace journal audit
print output display show write dump
visitor client user caller customer consumer browser
person user account member identity people
owner author creator
login signin logon authenticate authentication auth credential session
logout signout
password secret passphrase credential key
token key ticket credential
permission role privilege right access scope authorization acl
encrypt cipher encode crypt scramble
decrypt decipher decode
sign signature signed signing hmac digest
hash digest checksum fingerprint
cookie session
remember persist store keep session save
forget delete clear expire evict
store save persist keep write put
load read open fetch retrieve get
delete remove erase drop destroy discard purge unlink
add insert append create push include
create make build construct new init generate instantiate
change modify update edit alter mutate patch
replace swap substitute override exchange rotate
copy clone duplicate replicate
move rename relocate transfer
merge combine join union concat
split divide separate partition chunk slice piece part
join concatenate combine
compare diff equal match difference
find search lookup locate seek discover resolve
sort order rank arrange
filter select choose pick exclude
count number total amount
group category bucket cluster
start begin launch boot startup init initialize bootstrap open run
stop end halt terminate shutdown close quit exit kill abort cancel finish
close shutdown dispose cleanup teardown release free
restart reload reboot refresh
pause suspend wait sleep delay block
resume continue
wait delay await block timeout
slow timeout latency delay deadline late
fast quick speed performance optimize efficient cache
time duration elapsed latency period interval
date day calendar timestamp time
schedule cron timer interval job periodic
retry repeat again attempt backoff
try attempt
repeat loop iterate cycle each
first initial begin
last final latest recent
previous before prior old past former
next after following subsequent
old legacy deprecated obsolete previous outdated past fallback
new latest fresh recent
folder directory dir path
file document path
address url uri path route location endpoint link
page view template html screen document
link href url anchor reference
verb method
website site host domain server
machine host server node computer
network connection socket transport wire
connect connection link attach dial
disconnect close drop hangup
port listen bind socket
proxy forward gateway relay forwarded
redirect forward location
route router routing path dispatch match
extension plugin addon module package middleware
middleware interceptor filter hook plugin
hook callback listener handler event subscribe
callback handler function listener
function method procedure routine handler
event signal trigger notification
trigger fire emit invoke dispatch raise
run execute invoke call perform launch
command instruction cli
option setting config configuration preference parameter flag argument
parameter argument param arg option
default fallback builtin standard
environment env variable
production release live
development debug dev
mode environment
version release revision
install setup deploy
upgrade update migrate migration
compatible compatibility support legacy
check verify validate test assert ensure inspect confirm
valid legal correct
invalid illegal malformed bad wrong
required mandatory must
optional maybe nullable
missing absent unknown undefined none null empty
empty blank null nil none
unknown missing undefined notfound nobody
duplicate twice double same conflict already existing
exist present has
unique distinct
convert transform translate cast turn map coerce serialize
serialize marshal encode stringify dump json
deserialize unmarshal decode parse load
parse read decode interpret understand analyze
format template pattern layout
encode escape quote
escape sanitize quote clean safe autoescape
clean sanitize normalize tidy strip trim
compress zip gzip deflate shrink
text string characters
character char rune letter symbol
word token term
number integer int numeric digit code
status code number
true boolean bool
list array slice sequence collection
dictionary map hash object table
object struct record instance entity class
type kind class
kind type sort category
field property attribute member column
name identifier label title key
identifier id key uuid
structure struct schema model shape
schema model definition
tree node branch hierarchy trie
parent ancestor owner base
child descendant nested sub inner
copy clone snapshot
memory heap ram buffer
buffer chunk queue
stream streaming flow pipe chunk generator
queue backlog buffer channel pending
thread worker concurrent parallel goroutine
parallel concurrent async simultaneous
process program app application
lock mutex exclusive semaphore synchronize
background async worker daemon
together atomic transaction batch
transaction commit rollback atomic
undo rollback revert restore
backup snapshot copy dump
cache memo store reuse
database db sql storage repository
table relation
row record entry
query select search filter
index key
image picture photo icon
colour color
draw render paint display
render draw display template view html
button click press
window dialog popup modal
form input field
list menu
style css theme
language locale translation i18n
translate localize i18n locale
mail email message
pay payment charge billing invoice
price cost amount
share publish expose broadcast
public exported visible open
private hidden internal secret
hide mask conceal redact hidden invisible obscure
show reveal display visible list
listing index list directory
protect guard secure safe prevent defend
prevent avoid stop guard protect keep
attack exploit malicious hostile injection vulnerability
safe secure security protect
trust trusted safe verify
certificate tls ssl https
header meta metadata
body content payload data
content body data payload
media mime content type
test spec check
fake mock stub dummy
example sample demo
help usage documentation guide
document docs documentation manual
describe explain doc comment
depend dependency require import need
include import require load
export expose publish
inherit extend derive subclass
wrap decorate adapter wrapper
decorate decorator annotate extend
register registration attach subscribe add
unregister unsubscribe detach remove
choose select pick decide negotiate determine
decide determine choose resolve select
set assign put define
define declare specify
name call label
measure metric benchmark stat
watch monitor observe track
notify inform tell alert warn
report summary
current active now
temporary temp tmp transient
permanent persistent forever durable
whole entire full complete all
part partial segment section piece
top head beginning first
bottom tail end last
left right side
inside within inner nested
outside external outer
local localhost loopback
remote external
random uuid nonce
prefix beginning start lead
suffix ending trailing extension
trailing end suffix
slash separator
ignore skip omit exclude
skip bypass ignore
wildcard glob pattern star
pattern regex regexp expression
recursive nested deep
throttle rate limit
subdomain host domain
keep retain preserve maintain
preserve keep retain maintain
leak unclosed dangling
stack trace backtrace
signal interrupt kill
terminal console tty shell cli
console terminal stdout log
shell terminal prompt
prompt ask challenge input
ask prompt query request
history log previous
place location position where
position offset index location
early premature soon
finish complete done end
ready available started
graceful shutdown drain
crash panic fatal abort die
freeze immutable lock
alias synonym name
shortcut shorthand alias
share shared common global
global shared common
reference pointer ref
borrow lease reference
flood hammer abuse spam overload burst throttle rate limit
corrupt damaged damage integrity intact tampered checksum digest mismatch
mirror replica replicate copy secondary standby
failover fallback standby secondary
health healthy alive liveness readiness heartbeat ping
outage down unavailable offline unreachable
downtime outage maintenance
scale scaling replica cluster shard
consistent consistency atomic transaction
stale outdated expired old
lifetime ttl age expiry expiration validity
traversal escape climb outside parent
crafted malicious hostile forged spoofed untrusted
forge forged fake spoof counterfeit
impersonate spoof masquerade
brute guess attempt lockout
rollover rotate rotation renew exchange
revoke invalidate cancel withdraw
expire lapse timeout invalidate
interrupt broken partial incomplete resume
quota limit space allowance
duplicate dedupe unique idempotent
idempotent repeat retry again
race concurrent simultaneous conflict
deadlock hang stuck block
hang stuck freeze block
flaky intermittent sporadic unstable random timing clock
batch bulk group many
nightly scheduled cron
alert alarm page notify monitor metric
trace span telemetry
profile benchmark measure
symlink link shortcut
newline linebreak eol crlf
whitespace blank space indent
encoding charset utf unicode
timezone offset utc zone
currency money amount price
rounding precision decimal float`;

const families = new Map<string, Set<string>>();
for (const line of groups.split('\n')) {
  const group = [...new Set(terms(line))];
  for (const term of group) {
    const others = families.get(term) ?? new Set();
    for (const other of group) if (other !== term) others.add(other);
    families.set(term, others);
  }
}

/** The terms of other words for the same thing. */
export const synonymsOf = (term: string): ReadonlySet<string> => families.get(term) ?? none;

const none: ReadonlySet<string> = new Set();
