package jirasim_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/jira/jirasim"
)

// TestSecondOpinion has the stand-in looked at by jira.js, a client that shares nothing with it:
// testdata/second-opinion of the connector says how. It needs Node and what `make second-opinion` installs. A second
// goes by with each request, but with those that are to be too many at once.
func TestSecondOpinion(t *testing.T) {
	if os.Getenv("SLABRIDGE_SECOND_OPINION") == "" {
		t.Skip("SKIPPED: NO SECOND OPINION ON THE STAND-IN WAS ASKED FOR: make second-opinion does")
	}
	w := &watch{at: start}
	s := jirasim.NewLab(jirasim.Options{Cloud: true, ServiceDesk: true, Clock: w.now})
	l := lab{Server: s, t: t, clock: w}
	s.Team("on duty", "support1")
	s.JoinTeam("ACME", "on duty", "Manager")
	for _, gone := range []bool{false, true} {
		entry, err := s.As("support1").Book(l.make(jirasim.NewIssue{}), 90*time.Minute, "2026-11-20")
		l.must(err)
		if gone {
			l.must(s.As("support1").DeleteWork(entry))
		}
	}
	w.move(time.Hour)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/properties/n") {
			w.move(time.Second)
		}
		s.ServeHTTP(rw, r)
	}))
	defer server.Close()
	node := exec.CommandContext(t.Context(), "node", "scenario.mjs")
	node.Dir = "../testdata/second-opinion"
	node.Env = append(os.Environ(),
		"SIM_URL="+server.URL, "SIM_EMAIL="+s.Email("sla-bot"), "SIM_TOKEN="+s.Key("sla-bot"),
		"SIM_CUSTOMER_EMAIL="+s.Email("customer1"), "SIM_CUSTOMER_TOKEN="+s.Key("customer1"), "SIM_SUPPORT="+
			s.UserID("support1"))
	out, err := node.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
