package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"slabridge/config"
	"slabridge/connectors"
)

// signatures are the usual headers in which a body's HMAC-SHA256 under the secret comes, as "sha256=" and hex digits:
// of WebSub, and of GitHub's manner. A kind of tracker may have one of its own.
var signatures = []string{"X-Hub-Signature", "X-Hub-Signature-256"}

// A tracker that cannot sign shows the secret: as the password of basic authentication, or in this header. It is not
// taken from the address, for that ends up in the logs of every proxy on the way.
const tokenHeader = "X-Slabridge-Token"

// What became of a delivery, as the metric has it.
const (
	hookTaken      = "accepted"   // its issues are read again
	hookCurtailed  = "curtailed"  // too many issues: the tracker is asked what changed, some are not read by themselves
	hookRepeated   = "repeated"   // the same delivery came before
	hookRefused    = "refused"    // neither signed nor shown with the secret
	hookUnreadable = "unreadable" // cut short, or not a body of the tracker's
	hookTooLarge   = "too_large"
	hookBusy       = "busy" // too many at once, or the daemon is ending
)

// hookAnswers are the statuses by what became of a delivery. Jira Cloud sends again what was answered by 503, and gives
// up the others.
var hookAnswers = map[string]int{
	hookTaken: http.StatusAccepted, hookCurtailed: http.StatusAccepted, hookRepeated: http.StatusAccepted,
	hookRefused: http.StatusUnauthorized, hookUnreadable: http.StatusBadRequest,
	hookTooLarge: http.StatusRequestEntityTooLarge, hookBusy: http.StatusServiceUnavailable,
}

// webhooks takes what trackers say of changes, under /webhooks/CONNECTION. It trusts nothing in a body except that the
// issues named are worth reading, answers before any issue is read, and drops what the engine does not accept.
type webhooks struct {
	hint   func(connection string, issues ...string) bool
	counts *prometheus.CounterVec
	log    *slog.Logger
	ended  <-chan struct{}
	slots  chan struct{}

	mu   sync.Mutex
	open map[string]*webhook // by connection
}

// webhook is one connection's.
type webhook struct {
	secret config.Secret
	from   connectors.Webhook
	warn   rate.Sometimes // what is refused is logged once a minute, and counted each time

	mu    sync.Mutex
	known []string // the last deliveries, the newest last
}

// newWebhooks takes them for the connections until ended is closed.
func newWebhooks(
	connections []config.Connection, hint func(string, ...string) bool, counts *prometheus.CounterVec,
	ended <-chan struct{}, log *slog.Logger,
) *webhooks {
	w := &webhooks{hint: hint, counts: counts, log: log, ended: ended, slots: make(chan struct{}, hooksAtOnce)}
	w.follow(connections)
	return w
}

// follow takes these connections in place of those before.
func (w *webhooks) follow(connections []config.Connection) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = map[string]*webhook{}
	for _, c := range connections {
		if c.Webhook.Reveal() != "" {
			w.open[c.ID] = &webhook{secret: c.Webhook, from: c.Kind.Webhook, warn: rate.Sometimes{Interval: time.Minute}}
		}
	}
}

func (w *webhooks) of(connection string) *webhook {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open[connection]
}

// ServeHTTP answers a POST to the path of a connection; a connection that takes none is not found.
func (w *webhooks) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	id := r.PathValue("connection")
	hook := w.of(id)
	if hook == nil {
		http.NotFound(rw, r)
		return
	}
	// of a refused one, too: the server reads on in what is left of it; a body without a deadline lies in memory
	_ = http.NewResponseController(rw).SetReadDeadline(time.Now().Add(hookTime))
	outcome, why := w.take(id, hook, r)
	w.counts.WithLabelValues(id, outcome).Inc()
	if why != "" {
		hook.warn.Do(func() {
			w.log.Warn("webhook not taken", slog.String("connection", id), slog.String("outcome", outcome),
				slog.String("reason", why), slog.String("from", r.RemoteAddr))
		})
	}
	if outcome == hookRefused { // without it some clients never send the credentials that they have
		rw.Header().Set("WWW-Authenticate", `Basic realm="slabridge"`)
	}
	rw.WriteHeader(hookAnswers[outcome])
}

// take finds out what becomes of a delivery, and why it is not taken, in words for our own log only.
func (w *webhooks) take(connection string, hook *webhook, r *http.Request) (outcome, why string) {
	signature := signatureOf(r.Header, hook.from.Signature)
	if signature == "" && !hook.shown(r) {
		return hookRefused, "it bears no signature, nor the secret"
	}
	select {
	case <-w.ended:
		return hookBusy, ""
	default:
	}
	mac := hmac.New(sha256.New, []byte(hook.secret.Reveal()))
	body, size, err := readHook(r.Body, mac)
	switch {
	case err != nil:
		return hookUnreadable, "it was cut short"
	case size > maxHookBody:
		return hookTooLarge, "it is larger than any webhook"
	case signature != "" && !signed(signature, mac.Sum(nil)):
		return hookRefused, "its signature is not made with the secret"
	}
	// only a caller that has proved to be the tracker takes a slot, so that a slow stranger shuts nobody out
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	default:
		return hookBusy, "too many at once"
	}
	var issues []string
	if size <= hookBody && hook.from.Issues != nil { // else it is only known that something changed
		var ok bool
		if issues, ok = hook.from.Issues(body); !ok {
			return hookUnreadable, "it is not a body of the tracker's"
		}
	}
	if hook.from.Delivery != "" && hook.knows(r.Header.Get(hook.from.Delivery)) {
		return hookRepeated, ""
	}
	if !w.hint(connection, issues...) {
		return hookCurtailed, ""
	}
	return hookTaken, ""
}

// readHook reads a body to its end, and writes it to the hash. It gives the beginning, to be searched for issues, and
// how long the whole is; of one that is too large it reads no more than shows it.
func readHook(r io.Reader, mac io.Writer) (body []byte, size int64, err error) {
	r = io.TeeReader(io.LimitReader(r, maxHookBody+1), mac)
	body, err = io.ReadAll(io.LimitReader(r, hookBody))
	if err != nil {
		return nil, 0, err
	}
	rest, err := io.Copy(io.Discard, r)
	return body, int64(len(body)) + rest, err
}

// signatureOf gives the signature that a delivery bears, in a usual header or the tracker's own; "" when there is none.
func signatureOf(h http.Header, own string) string {
	for _, name := range append(slices.Clone(signatures), own) {
		for _, value := range h.Values(name) {
			if digest, ok := strings.CutPrefix(value, "sha256="); ok {
				return digest
			}
		}
	}
	return ""
}

func signed(signature string, sum []byte) bool {
	digest, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(digest, sum)
}

// shown reports whether a delivery shows the secret itself. Digests are compared, which tell not even its length.
func (h *webhook) shown(r *http.Request) bool {
	secret := sha256.Sum256([]byte(h.secret.Reveal()))
	_, password, _ := r.BasicAuth()
	found := false
	for _, given := range []string{r.Header.Get(tokenHeader), password} {
		digest := sha256.Sum256([]byte(given))
		found = hmac.Equal(digest[:], secret[:]) || found
	}
	return found
}

// knows reports whether the delivery came before, and remembers it. One without an identifier is always new.
func (h *webhook) knows(delivery string) bool {
	if delivery == "" {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if slices.Contains(h.known, delivery) {
		return true
	}
	if len(h.known) == hooksKnown {
		h.known = slices.Delete(h.known, 0, 1)
	}
	h.known = append(h.known, delivery)
	return false
}
