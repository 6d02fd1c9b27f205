package jirasim

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"slabridge/connectors/sim"
)

// Options say which Jira the server is.
type Options struct {
	Cloud       bool             // else Data Center
	ServiceDesk bool             // the projects are service desks
	Clock       func() time.Time // required
	// Lag is the longest time by which the search index is stale; the delay differs per issue. Lists of booked time are
	// stale by it too, but by no more than the documented minute.
	Lag         time.Duration
	RolesHidden bool // the bot administers no project: who has which role is kept from it
	Clamp       int  // most issues of one page of Data Center's search; 0 is 100
	// DropInternal makes a service desk publish comments that were sent as internal, as a plug-in or a permission
	// revoked between two requests may do.
	DropInternal bool
}

// Server is the stand-in. Make it with NewLab or NewDesk; it is safe for concurrent use.
type Server struct {
	sim.Front
	opt Options

	mu        sync.Mutex
	st        *store
	anonymous bool
	writes    map[int][]time.Time
	throttled []reply
	noScope   []string // operations that the token is not for
}

func newServer(opt Options) *Server {
	if opt.Clamp == 0 {
		opt.Clamp = 100
	}
	s := &Server{opt: opt, st: newStore(), writes: map[int][]time.Time{}}
	s.Open(opt.Clock, time.Millisecond, s.serve)
	return s
}

// SetAnonymous makes the site answer anonymous requests: with empty lists and no error.
func (s *Server) SetAnonymous(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.anonymous = yes
}

// DropInternal sets Options.DropInternal.
func (s *Server) DropInternal(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opt.DropInternal = yes
}

// LackScope makes Cloud refuse operations with this beginning ("GET api/2/priorityscheme"), as it does for a token that
// lacks a scope.
func (s *Server) LackScope(operations ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noScope = operations
}

var outOfScope = reply{
	status: http.StatusUnauthorized, body: obj{"code": 401, "message": "Unauthorized; scope does not match"},
}

// The reasons that Cloud gives for a 429.
const (
	QuotaOfAll    = "jira-quota-global-based"
	QuotaOfTenant = "jira-quota-tenant-based"
	Burst         = "jira-burst-based"
	WritesOfIssue = "jira-per-issue-on-write"
)

// Throttle answers the next n requests with 429, with a reason and a Retry-After header; "" leaves either of them out.
// Data Center sends no reason.
func (s *Server) Throttle(n int, reason, retryAfter string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.throttled = slices.Repeat([]reply{limit(reason, retryAfter)}, n)
}

// Key is a person's token.
func (s *Server) Key(login string) string {
	return with(s, func() string { return s.st.user(login).token })
}

// Email is what a person of Cloud logs in as.
func (s *Server) Email(login string) string {
	return with(s, func() string { return s.st.user(login).email })
}

// UserID is the id by which histories name a person.
func (s *Server) UserID(login string) string {
	return with(s, func() string { return s.id(s.st.user(login)) })
}

func with[T any](s *Server, f func() T) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f()
}

// id is Cloud's accountId or Data Center's key.
func (s *Server) id(u *user) string {
	switch {
	case u == nil:
		return ""
	case s.opt.Cloud:
		return u.account
	}
	return u.key
}

// call is one request being answered.
type call struct {
	*Server
	r     *http.Request
	user  *user // nil is a stranger
	now   time.Time
	query url.Values
	body  []byte
}

// reply is an answer; with a nil body it is empty.
type reply struct {
	status int
	body   any
	header http.Header
}

func ok(body any) reply { return reply{status: http.StatusOK, body: body} }

var noContent = reply{status: http.StatusNoContent}

// refuse is an answer in Jira's form of errors: messages of the whole, and of fields.
func refuse(status int, messages []string, fields map[string]string) reply {
	if messages == nil {
		messages = []string{}
	}
	if fields == nil {
		fields = map[string]string{}
	}
	return reply{status: status, body: obj{"errorMessages": messages, "errors": fields}}
}

func bad(format string, args ...any) reply {
	return refuse(http.StatusBadRequest, []string{fmt.Sprintf(format, args...)}, nil)
}

func badField(name, message string) reply {
	return refuse(http.StatusBadRequest, nil, map[string]string{name: message})
}

// unmodelled is the answer to a request that the stand-in does not model.
func unmodelled(format string, args ...any) reply {
	return reply{
		status: http.StatusNotImplemented,
		body:   obj{"errorMessages": []string{"jirasim does not model " + fmt.Sprintf(format, args...)}},
	}
}

var noIssue = refuse(http.StatusNotFound, []string{"Issue does not exist or you do not have permission to see it."},
	nil)

type obj = map[string]any

// serve answers one request under the lock.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := sim.ReadBody(r)
	if err != nil {
		return // whoever asked has gone
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Server: s, r: r, now: s.Now(), query: r.URL.Query(), body: body}
	w.Header().Set("Date", c.now.Format(http.TimeFormat))
	rep := c.authenticate(w.Header())
	switch {
	case rep.status != 0:
	case len(s.throttled) > 0:
		rep, s.throttled = s.throttled[0], s.throttled[1:]
	default:
		rep = c.answer()
	}
	for name, v := range rep.header {
		w.Header()[name] = v
	}
	if rep.body == nil {
		w.WriteHeader(rep.status)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(rep.status)
	_ = json.NewEncoder(w).Encode(rep.body) // to one who may have gone
}

// authenticate finds the caller. A wrong token makes an anonymous one, who gets nothing but serverInfo unless
// SetAnonymous allows more.
func (c *call) authenticate(h http.Header) reply {
	kind, secret, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	for _, u := range c.st.users {
		want := u.token
		if c.opt.Cloud {
			want = base64.StdEncoding.EncodeToString([]byte(u.email + ":" + u.token))
		}
		if secret == want && kind == map[bool]string{true: "Basic", false: "Bearer"}[c.opt.Cloud] {
			c.user = u
		}
	}
	if c.user != nil {
		h.Set("X-Seraph-LoginReason", "OK")
		return reply{}
	}
	h.Set("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
	if c.anonymous && c.r.URL.Path != "/rest/api/2/myself" || c.r.URL.Path == "/rest/api/2/serverInfo" {
		return reply{}
	}
	return refuse(http.StatusUnauthorized, []string{"You are not authenticated. Authentication required to perform " +
		"this operation."}, nil)
}

// decode reads the body into v, which has every key that the call takes: others are refused.
func (c *call) decode(v any) (reply, bool) {
	if kind := c.r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
		return reply{status: http.StatusUnsupportedMediaType}, false
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return bad("%v", err), false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad("something follows the body"), false
	}
	return reply{}, true
}
