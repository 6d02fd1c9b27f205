package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer/calendar"
)

// What a connection has when nothing is said.
const (
	usualPoll        = "@every 1m"
	usualConcurrency = 4
	usualTimeout     = 30 * time.Second
	maxConcurrency   = 64
	// maxTimeout is below the time after which a write without an answer is looked for and then sent again.
	maxTimeout = 2 * time.Minute
)

// connectionReader reads the entries of `connections`.
type connectionReader struct {
	*source
	folder    string // in which secret files are looked for
	listening bool
}

func (r connectionReader) connections(docs []connectionDoc) []Connection {
	var out []Connection
	seen := newIDs(r.source)
	for i := range docs {
		doc := &docs[i]
		path := fmt.Sprintf("connections[%d]", i)
		seen.add(path+".id", doc.ID)
		c := Connection{
			ID: doc.ID, Kind: r.kind(doc.Kind), Poll: usualPoll, Concurrency: usualConcurrency, Timeout: usualTimeout,
			WatchIssue: strings.TrimPrefix(doc.WatchIssue, "#"), Projects: doc.Projects, Query: strings.TrimSpace(doc.Query),
		}
		r.checkQuery(path+".query", c)
		c.URL = r.trackerURL(path+".url", doc.URL)
		if doc.Poll != "" {
			c.Poll = doc.Poll
			if reason := cronFault(doc.Poll); !reason.IsZero() {
				r.fault(path+".poll", doc.Poll, "%s", reason)
			}
		}
		within(r.source, path+".rate_per_second", doc.RatePerSecond, &c.RatePerSecond, func(r float64) bool { return r > 0 },
			message.Of("must be more than 0"))
		within(r.source, path+".concurrency", doc.Concurrency, &c.Concurrency,
			func(n int) bool { return n >= 1 && n <= maxConcurrency }, message.Of("must be 1 to %d", maxConcurrency))
		within(r.source, path+".timeout", doc.Timeout, &c.Timeout, func(d time.Duration) bool { return d <= maxTimeout },
			message.Of("must be 2m at most: a write that has no answer by then is looked for in the tracker"))
		c.Auth = r.auth(path+".auth", &doc.Auth, c.Kind)
		c.Webhook = r.webhook(path+".webhook", doc.Webhook)
		c.Way = r.way(path, doc)
		out = append(out, c)
	}
	return out
}

// ordered is a JQL query that is more than a condition: it would end the one that it is put into.
var ordered = regexp.MustCompile(`(?i)\border\s+by\b`)

func (r connectionReader) checkQuery(path string, c Connection) {
	switch {
	case c.Query == "" || c.Kind.Name == "":
	case c.Kind.Query == "":
		r.fault(path, c.Query, "is not possible here: %s has no query language; name projects under `projects`",
			c.Kind.Title)
	case ordered.MatchString(c.Query):
		r.fault(path, c.Query, "has an order; write the condition alone")
	case !balanced(c.Query):
		r.fault(path, c.Query, "has brackets or quotation marks that do not match")
	}
}

// balanced reports whether each bracket and quotation mark of a condition has its counterpart.
func balanced(query string) bool {
	depth, quote := 0, rune(0)
	escaped := false
	for _, c := range query {
		switch {
		case escaped:
			escaped = false
		case c == '\\':
			escaped = true
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return false
			}
		}
	}
	return depth == 0 && quote == 0
}

// AllProjects stands for every project that the account sees.
const AllProjects = "*"

// Scope is what of a connection's tracker is followed: the projects of its contracts and their duties, and those that
// the connection names. Where nothing is named it is everything.
func (c *Config) Scope(connection string) connectors.Scope {
	conn := c.Connection(connection)
	names := slices.Clone(conn.Projects)
	for _, x := range c.Contracts {
		if x.Connection != connection {
			continue
		}
		names = append(names, x.Scope.Projects...)
		for _, d := range x.Duties {
			names = append(names, d.Issue.Project)
		}
	}
	s := connectors.Scope{Query: conn.Query}
	if !slices.Contains(names, AllProjects) {
		slices.Sort(names)
		s.Projects = slices.Compact(names)
	}
	return s
}

// People are those whom the mappings of a connection name: users, leads and who is on duty.
func (c *Config) People(connection string) []string {
	var names []string
	for _, m := range c.Mappings {
		if m.Connection != connection {
			continue
		}
		for _, r := range m.Roles {
			names = slices.Concat(names, r.Users, r.Lead, r.Duty)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// within sets what the file says, if anything, and refuses what lies outside the bounds.
func within[T any](src *source, path string, said, to *T, inside func(T) bool, fault message.Message) {
	if said == nil {
		return
	}
	if *to = *said; !inside(*said) && !src.hasFault(path) {
		src.fault(path, fmt.Sprint(*said), "%s", fault)
	}
}

// kind finds a kind of tracker by its name; none, without a name, when it is not known: the document's reading told of
// it.
func (r connectionReader) kind(name string) connectors.Kind {
	for _, k := range r.kinds {
		if k.Name == name {
			return k
		}
	}
	return connectors.Kind{}
}

// hostLike is what can only be an address: no key and no token is of small letters with dots alone.
var hostLike = regexp.MustCompile(`^(?:[a-z]{2,6}:/{0,2})?[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,30}){1,5}(?::[0-9]{1,5})?/?$`)

// trackerURL shows the value only once it is known to hold no credentials.
func (r connectionReader) trackerURL(path, s string) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		shown := ""
		if hostLike.MatchString(s) {
			shown = s
		}
		r.fault(path, shown, "is not a tracker's address; write https://tracker.example.org")
	case u.User != nil:
		r.fault(path, "", "holds a name or password; addresses end up in logs, put secrets under auth")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		r.fault(path, "", "has a ? or # part, where keys are passed that end up in logs; "+
			"write the address alone, and secrets under auth")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		r.warn(path, s, "sends the secret in plain text; use https")
	}
	if page := pagePart(u); page >= 0 {
		r.warn(path, s, "looks like the address of a page of the tracker; write what stands before it: %s", u.String()[:page])
	}
	return strings.TrimRight(s, "/")
}

// pageParts are the parts of addresses with which the pages of trackers begin.
var pageParts = []string{
	"/projects", "/issues", "/browse", "/login", "/my", "/secure", "/servicedesk", "/rest", "/users",
}

// pagePart is where a page begins in a whole address, -1 for none: people copy what they see in the browser.
func pagePart(u *url.URL) int {
	if u == nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Host == "" {
		return -1
	}
	whole := u.String()
	start := len(u.Scheme) + len("://") + len(u.Host)
	for _, part := range pageParts {
		at := strings.Index(whole[start:], part)
		end := start + at + len(part)
		if at >= 0 && (end == len(whole) || whole[end] == '/') {
			return start + at
		}
	}
	return -1
}

// loopback reports whether only this machine can be meant: 127.example.org is a name like any other.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// auth holds what is given against the ways that the kind of tracker has.
func (r connectionReader) auth(path string, doc *authDoc, kind connectors.Kind) Auth {
	if r.hasFault(path) || kind.Name == "" {
		return Auth{}
	}
	secrets := map[string]*secretDoc{"api_key": doc.APIKey, "token": doc.Token, "pat": doc.PAT}
	var given []string
	for key, s := range secrets {
		if s != nil {
			given = append(given, key)
		}
	}
	if doc.User != "" {
		given = append(given, "user")
	}
	if doc.File != "" {
		given = append(given, "file")
	}
	way, ok := kind.Way(given)
	if !ok {
		r.fault(path, "", "must be written in another way for %s; accepted: %s", kind.Name, kind.AuthAccepted)
		return Auth{}
	}
	secret, at := secrets[way.Secret], path+"."+way.Secret
	if secret == nil {
		secret, at = &secretDoc{file: doc.File}, path+".file"
	}
	return Auth{Way: way.Secret, User: doc.User, Secret: secret.resolve(r.source, at, r.folder)}
}

// minWebhookSecret is the length, in bytes, below which a secret can be guessed from a signature that was seen.
const minWebhookSecret = 16

func (r connectionReader) webhook(path string, doc *webhookDoc) Secret {
	if doc == nil || r.hasFault(path) {
		return Secret{}
	}
	if !r.listening {
		r.warn(path, "", "is of no use: nothing is listened on, see listen")
	}
	secret := doc.Secret.resolve(r.source, path+".secret", r.folder)
	if n := len(secret.Reveal()); n > 0 && n < minWebhookSecret {
		r.warn(path+".secret", "", "is shorter than %d characters, and could be guessed; make one with openssl rand -hex 32",
			minWebhookSecret)
	}
	return secret
}

// cronField is the shape of one field of a cron line; what it means is for the scheduler to judge.
var cronField = regexp.MustCompile(`^[0-9A-Za-z*?/,-]+$`)

var cronWords = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

// cronFault says what is wrong with the shape of a schedule, none when nothing is. Some of what it refuses the
// scheduler takes, and does something else: a zone alone makes it panic, "@every -1s" means one second to it.
func cronFault(s string) message.Message {
	const form message.Format = "write five fields as \"*/5 * * * *\", with CRON_TZ=Asia/Almaty in front for a " +
		"zone, or @every 1m"
	rest := s
	for _, prefix := range []string{"CRON_TZ=", "TZ="} {
		if after, ok := strings.CutPrefix(s, prefix); ok {
			var zone string
			zone, rest, _ = strings.Cut(after, " ")
			if _, err := calendar.LoadZone(zone); err != nil {
				return message.Of("has zone %q, which is not known; write a name like Asia/Almaty", zone)
			}
			break
		}
	}
	rest = strings.TrimSpace(rest)
	if every, ok := strings.CutPrefix(rest, "@every "); ok {
		if d, err := time.ParseDuration(every); err != nil || d < time.Second {
			return message.Of("is not a schedule; after @every write a second or more, as @every 1m")
		}
		return none
	}
	if strings.HasPrefix(rest, "@") {
		if slices.Contains(cronWords, rest) {
			return none
		}
		return message.Of("is not a schedule; %s", form)
	}
	fields := strings.Fields(rest)
	for _, f := range fields {
		if !cronField.MatchString(f) {
			return message.Of("is not a schedule, %q is no field of one; %s", f, form)
		}
	}
	if len(fields) != 5 {
		return message.Of("is not a schedule, it has %d fields; %s", len(fields), form)
	}
	return none
}
