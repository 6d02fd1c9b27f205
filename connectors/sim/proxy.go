package sim

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"sync"
	"time"
)

// Proxy does to requests what balancers, caches and overloaded hosts in front of a tracker do. It stands before a
// stand-in (Front.Use takes Before) and before a real tracker alike, and knows no tracker: which requests change
// something is said by Writes.
type Proxy struct {
	Now    func() time.Time         // the tracker's time, by which answers are stale
	Writes func(*http.Request) bool // nil: everything but GET

	mu      sync.Mutex
	twice   int
	answers []untrue
	reads   []untrue
	down    time.Time
	stale   time.Duration
	written time.Time
	mixed   int
	kept    map[string]kept // answers to reads, by address
}

// untrue is an answer of the proxy's own.
type untrue struct {
	n      int // requests that get it
	status int
	body   string
	done   bool // after the tracker has done what was asked for
}

// kept is an answer of the tracker's.
type kept struct {
	at     time.Time
	path   string
	status int
	header http.Header
	body   []byte
}

// Twice sends each of the next n writes to the tracker twice and returns the second answer.
func (p *Proxy) Twice(n int) { p.set(func() { p.twice = n }) }

// Answer gives the next n writes an answer of the proxy's own, after the tracker has done them or instead of that.
// Status 0 breaks the connection. Answers that were asked for earlier are given first.
func (p *Proxy) Answer(n, status int, body string, done bool) {
	p.set(func() { p.answers = append(p.answers, untrue{n, status, body, done}) })
}

// AnswerReads gives the next n reads of one issue an answer in the tracker's place.
func (p *Proxy) AnswerReads(n, status int, body string) {
	p.set(func() { p.reads = append(p.reads, untrue{n, status, body, false}) })
}

// Down turns away every write with 503 until the moment.
func (p *Proxy) Down(until time.Time) { p.set(func() { p.down = until }) }

// Stale repeats old answers: for so long after a write, a read is answered as it was before that write, if it was asked
// before.
func (p *Proxy) Stale(d time.Duration) { p.set(func() { p.stale = d }) }

// Mix answers the next n reads of an issue with the last answer about another issue.
func (p *Proxy) Mix(n int) { p.set(func() { p.mixed = n }) }

// Forget cancels the answers that were asked for, of writes and of reads.
func (p *Proxy) Forget() { p.set(func() { p.answers, p.reads, p.mixed, p.twice = nil, nil, 0, 0 }) }

func (p *Proxy) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// Before puts the proxy before a tracker.
func (p *Proxy) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := ReadBody(r)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		ask := func() kept {
			again := r.Clone(r.Context())
			again.Body = io.NopCloser(bytes.NewReader(body))
			rec := record(next, again)
			if rec.aborted {
				panic(http.ErrAbortHandler)
			}
			rec.WriteHeader(http.StatusOK)
			return kept{p.Now(), r.URL.Path, rec.status, rec.header, rec.body.Bytes()}
		}
		if p.writes(r) {
			p.write(w, ask)
			return
		}
		p.read(w, r, ask)
	})
}

func (p *Proxy) writes(r *http.Request) bool {
	if p.Writes != nil {
		return p.Writes(r)
	}
	return r.Method != http.MethodGet
}

func (p *Proxy) write(w http.ResponseWriter, ask func() kept) {
	now, twice, mine := p.Now(), false, (*untrue)(nil)
	p.set(func() {
		if now.Before(p.down) {
			mine = &untrue{status: http.StatusServiceUnavailable}
			return
		}
		if mine = next(&p.answers); mine == nil || mine.done {
			p.written = now
		}
		if mine == nil && p.twice > 0 {
			p.twice--
			twice = true
		}
	})
	if mine != nil && mine.done || twice {
		ask()
	}
	if mine == nil {
		ask().give(w)
		return
	}
	mine.give(w)
}

// next takes one of the answers that are asked for, nil for none.
func next(answers *[]untrue) *untrue {
	for len(*answers) > 0 {
		if a := &(*answers)[0]; a.n > 0 {
			a.n--
			given := *a
			return &given
		}
		*answers = (*answers)[1:]
	}
	return nil
}

// oneIssue is the address of one issue, of whichever tracker.
var oneIssue = regexp.MustCompile(`/issues?/[A-Za-z]*-?[0-9]+(\.json)?$`)

func (p *Proxy) read(w http.ResponseWriter, r *http.Request, ask func() kept) {
	address, now, issue := r.URL.RequestURI(), p.Now(), oneIssue.MatchString(r.URL.Path)
	var mine *untrue
	var old *kept
	p.set(func() {
		if issue {
			mine = next(&p.reads)
		}
		if k, ok := p.kept[address]; ok && !k.at.After(p.written) && now.Before(p.written.Add(p.stale)) {
			old = &k
		}
		if issue && p.mixed > 0 {
			for other, k := range p.kept {
				if other != address && oneIssue.MatchString(k.path) {
					old, p.mixed = &k, p.mixed-1
					break
				}
			}
		}
	})
	switch {
	case mine != nil:
		mine.give(w)
	case old != nil: // from a replica that is behind: the moment of the answer is true
		old.header = old.header.Clone()
		old.header.Set("Date", now.UTC().Format(http.TimeFormat))
		old.give(w)
	default:
		fresh := ask()
		p.set(func() {
			if p.kept == nil {
				p.kept = map[string]kept{}
			}
			p.kept[address] = fresh
		})
		fresh.give(w)
	}
}

func (u *untrue) give(w http.ResponseWriter) {
	if u.status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(u.status)
	_, _ = io.WriteString(w, u.body) // to one who may have gone
}

func (k kept) give(w http.ResponseWriter) {
	for name, v := range k.header {
		w.Header()[name] = v
	}
	w.WriteHeader(k.status)
	_, _ = w.Write(k.body) // to one who may have gone
}
