package redminesim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"slabridge/connectors/sim"
)

// reply is what a handler answers; a nil body is an empty one.
type reply struct {
	status int
	body   any // marshalled to JSON, or sent as it is when it is a []byte
	header map[string]string
}

func ok(body any) reply      { return reply{status: http.StatusOK, body: body} }
func created(body any) reply { return reply{status: http.StatusCreated, body: body} }
func empty(status int) reply { return reply{status: status} }
func done() reply            { return empty(http.StatusNoContent) }
func refused(e ...string) reply {
	return reply{status: http.StatusUnprocessableEntity, body: errorList{e}}
}

// failed is what Rails itself answers, rather than Redmine.
func failed(status int) reply {
	return reply{status: status, body: failure{status, http.StatusText(status)}}
}

// unmodelled is the answer to every request whose answer on a real server is not known.
func unmodelled(format string, args ...any) reply {
	return reply{
		status: http.StatusNotImplemented,
		body:   failure{http.StatusNotImplemented, "redminesim does not model " + fmt.Sprintf(format, args...)},
	}
}

type errorList struct {
	Errors []string `json:"errors"`
}

type failure struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}

// call is one request on its way: who asks, when, and with what.
type call struct {
	s     *Server
	st    *store
	r     *http.Request
	user  *user // nil is the anonymous user
	now   time.Time
	query url.Values
	body  map[string]any // the JSON object sent, nil when there was none
}

// say gives a phrase in the asker's language.
func (c *call) say(t text) string {
	if c.user == nil {
		return t.in(c.s.opt.Language)
	}
	return t.in(c.user.lang)
}

// fault is a phrase about a field: "Due date is not a valid date".
func (c *call) fault(column string, t text) string { return c.say(labels[column]) + " " + c.say(t) }

// has reports whether ?include= names something.
func (c *call) has(include string) bool {
	for _, part := range strings.Split(c.query.Get("include"), ",") {
		if strings.TrimSpace(part) == include {
			return true
		}
	}
	return false
}

// answer serves a request under the server's lock.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	body, err := sim.ReadBody(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the caller went away while sending
	}
	s.mu.Lock()
	rep := s.serve(r, body)
	s.mu.Unlock()
	s.send(w, r, rep)
}

// serve finds out who asks for what, and asks the route. Puma's own refusals come first.
func (s *Server) serve(r *http.Request, body []byte) reply {
	raw := r.URL.RawQuery
	if strings.ContainsAny(raw, "<>") || len(raw) > 10<<10 {
		return empty(http.StatusBadRequest)
	}
	path, isJSON := strings.CutSuffix(r.URL.Path, ".json")
	isFile := strings.HasPrefix(path, "/attachments/download/")
	if !isJSON && !isFile {
		return unmodelled("%s (only paths that end in .json)", r.URL.Path)
	}
	h, args, known := route(r.Method, path)
	if !known {
		return unmodelled("%s %s", r.Method, r.URL.Path)
	}
	if h == nil {
		return failed(http.StatusNotFound)
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		return unmodelled("the query %q", raw)
	}
	c := &call{s: s, st: s.st, r: r, now: s.Now(), query: q}
	if rep, stop := c.authenticate(isFile); stop {
		return rep
	}
	if rep, stop := c.decode(body); stop {
		return rep
	}
	return h(c, args)
}

// decode reads a JSON body the way Rails does: only under a JSON content type. Under text/plain the
// body is not looked at and the request goes on without it.
func (c *call) decode(body []byte) (reply, bool) {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	switch strings.TrimSpace(strings.ToLower(kind)) {
	case "application/json":
	case "text/plain", "":
		return reply{}, false
	case "application/octet-stream":
		c.body = map[string]any{"": body}
		return reply{}, false
	default:
		if len(body) == 0 {
			return reply{}, false
		}
		return unmodelled("a body of type %q", kind), true
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return reply{}, false
	}
	if !utf8.Valid(body) {
		return failed(http.StatusBadRequest), true
	}
	v, err := decodeJSON(body)
	if err != nil {
		return failed(http.StatusBadRequest), true
	}
	c.body, _ = v.(map[string]any) // anything but an object is no parameter at all
	return reply{}, false
}

// decodeJSON reads exactly one value and keeps numbers as they were written.
func decodeJSON(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode the body: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("decode the body: more than one value")
	}
	return v, nil
}

// object returns the named object of the body; a missing or null one is empty, as in Redmine.
func (c *call) object(name string) (map[string]any, reply, bool) {
	switch v := c.body[name].(type) {
	case nil:
		return map[string]any{}, reply{}, true
	case map[string]any:
		return v, reply{}, true
	default:
		return nil, failed(http.StatusInternalServerError), false
	}
}

// send writes a reply with the headers a Redmine sends, Date by the tracker's clock among them.
func (s *Server) send(w http.ResponseWriter, r *http.Request, rep reply) {
	h := w.Header()
	h.Set("Date", s.Now().Format(http.TimeFormat))
	for k, v := range rep.header {
		h.Set(k, v)
	}
	raw, isRaw := rep.body.([]byte)
	if rep.body != nil && !isRaw {
		var err error
		if raw, err = json.Marshal(rep.body); err != nil {
			panic(fmt.Sprintf("redminesim: encode the answer to %s: %v", r.URL.Path, err))
		}
		h.Set("Content-Type", "application/json; charset=utf-8")
	}
	if rep.status == http.StatusOK && r.Method == http.MethodGet {
		sum := sha256.Sum256(raw)
		tag := `W/"` + hex.EncodeToString(sum[:16]) + `"`
		h.Set("ETag", tag)
		h.Set("Cache-Control", "max-age=0, private, must-revalidate")
		if s.before(V61) && r.URL.Path == "/issues.json" {
			h.Set("Set-Cookie", "_redmine_session=session; path=/; HttpOnly")
		}
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if rep.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(raw)))
	}
	w.WriteHeader(rep.status)
	_, _ = w.Write(raw) // a caller that has gone is no concern of the tracker
}
