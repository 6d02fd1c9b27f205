package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/connectors/redmine/redminesim"
)

// In one run from an address to the receipt of a trial request: the preview shows two comments word for word, and the
// trial waits for the customer, who writes half a minute later.
func TestInitTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewcomer(t)
		n.began = time.Now()
		tracker := n.defaultRedmine()
		_, err := tracker.As("romashkin").At(n.now.Add(-time.Hour)).Create(redminesim.NewIssue{
			Project: "shop", Subject: "Before",
		})
		n.must(err)
		answers := n.answers("contract: kamal", "projects: [shop]", "trial: yes")
		go func() {
			time.Sleep(32 * time.Second) // of the bubble's time: init is waiting by then
			_, err := tracker.As("romashkin").Create(redminesim.NewIssue{Project: "shop", Subject: "Trial"})
			n.must(err)
		}()
		out := n.going(t, "init", "https://tracker.example.org", "--answers", answers)
		contains(t, "init", out, "writes that are due now: 0", "what is older is left alone", "for the customer:",
			"a trial request: make a request in shop as a customer would; it is looked for every 5 seconds",
			"written 3 seconds after the request was made", "confirmation of receipt, at the start, for the customer:",
			"| Your request No. 14 has been received and registered.")
		contains(t, "the ledger", n.going(t, "ledger", "list"), "confirmation of receipt, at the start")
	})
}

// Nobody writes: the trial ends after its time, and says how to go on.
func TestInitTrialWithoutARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewcomer(t)
		n.began = time.Now()
		n.defaultRedmine()
		answers := n.answers("contract: kamal", "projects: [shop]", "trial: yes")
		out := n.going(t, "init", "https://tracker.example.org", "--answers", answers)
		contains(t, "init", out, "no request came that the contract writes to", "next:")
		if waited := time.Since(n.began); waited < trialMost || waited > trialMost+time.Minute {
			t.Errorf("it waited %s", waited)
		}
	})
}

// A tracker that is away for a while, in the middle of a trial, does not end it: the trial says so and goes on.
func TestInitTrialGoesOnThroughAnOutage(t *testing.T) {
	for name, away := range map[string]func(w http.ResponseWriter){
		"too busy":        func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"connection lost": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := newNewcomer(t)
				n.began = time.Now()
				tracker := n.defaultRedmine()
				tracker.Use(func(next http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if at := time.Since(n.began); at > 10*time.Second && at < 100*time.Second {
							away(w)
							return
						}
						next.ServeHTTP(w, r)
					})
				})
				go func() {
					time.Sleep(2 * time.Minute)
					_, err := tracker.As("romashkin").Create(redminesim.NewIssue{Project: "shop", Subject: "Trial"})
					n.must(err)
				}()
				answers := n.answers("contract: kamal", "projects: [shop]", "trial: yes")
				out := n.going(t, "init", "https://tracker.example.org", "--answers", answers)
				contains(t, "init", out, "it is asked again every 5 seconds", "the tracker answers again",
					"confirmation of receipt, at the start, for the customer:")
				if strings.Count(out, "it is asked again") != 1 {
					t.Errorf("it is said more than once:\n%s", out)
				}
			})
		})
	}
}

// A tracker that stays away: the trial ends in its time, and says why.
func TestInitTrialWithoutATracker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewcomer(t)
		n.began = time.Now()
		tracker := n.defaultRedmine()
		tracker.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if time.Since(n.began) > 10*time.Second {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				next.ServeHTTP(w, r)
			})
		})
		out := n.going(t, "init", "https://tracker.example.org", "--answers",
			n.answers("contract: kamal", "projects: [shop]", "trial: yes"))
		contains(t, "init", out, "the time is over, and the tracker still does not answer", "next:")
	})
}

// going runs the program while time goes on in a bubble: it hears no signals there.
func (n *newcomer) going(t *testing.T, args ...string) string {
	t.Helper()
	return n.typing(t, "", args...)
}

// typing is going with what comes from a pipe.
func (n *newcomer) typing(t *testing.T, typed string, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	a := newApp(strings.NewReader(typed), &out, &out, n.clock)
	a.transport, a.lang = n.transport, n.lang
	root := a.root()
	root.SetArgs(append([]string{"--config", n.file("slabridge.yaml"), "--lang", n.lang}, args...))
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("slabridge %s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
	n.must(a.out.flush())
	return unfolded(out.String())
}
