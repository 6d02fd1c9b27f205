package jirasim

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseJQL(t *testing.T) {
	for in, want := range map[string]string{
		`updated >= 17 ORDER BY created ASC, key ASC`: `updated >= 17; created, key`,
		`PROJECT = 10001 AND creator = currentUser() and Created>=5`: `project = 10001; creator = ` +
			`currentUser(); created >= 5`,
		`project in (ACME, "a and b", 'it''s')`:              `error`,
		`project in (ACME, "a and b \"c\"")order by id desc`: `project in (ACME, "a and b \"c\""); -id`,
		`issuekey in (ACME-1,acme-2) AND id = 10001 AND issue=A-1 ORDER BY updatedDate ASC`: `key in (ACME-1, acme-2); ` +
			`id = 10001; key = A-1; updated`,
		`updated >= "2026-01-02 03:04" AND updated < '2026/01/02' AND created > -15m`: `updated >= "2026-01-02 03:04"; ` +
			`updated < "2026/01/02"; created > -15m`,
		``:                                      `error`,
		`order by created asc`:                  `error`,
		`updated >= "yesterday"`:                `error`,
		`updated >= "17"`:                       `error`,
		`updated >=`:                            `error`,
		`project in ()`:                         `error`,
		`project in (A`:                         `error`,
		`project in (A B)`:                      `error`,
		`project = "A`:                          `error`,
		`updated >= 1 AND`:                      `error`,
		`status = Open`:                         `unknown`,
		`"project" = A`:                         `unknown`,
		`project != A`:                          `unknown`,
		`updated in (1)`:                        `unknown`,
		`updated >= now()`:                      `unknown`,
		`updated >= startOfDay("-1")`:           `unknown`,
		`creator = "currentUser()"`:             `unknown`,
		`creator = bob`:                         `unknown`,
		`updated >= 1 OR created >= 1`:          `unknown`,
		`updated >= 1 ORDER BY`:                 `unknown`,
		`updated >= 1 ORDER BY created`:         `unknown`,
		`updated >= 1 ORDER BY summary ASC`:     `unknown`,
		`updated >= 1 ORDER BY created ASC,`:    `unknown`,
		`updated >= 1 ORDER BY created ASC key`: `unknown`,
	} {
		q, err := parseJQL(in)
		got := shown(q)
		if err != nil {
			got = "error"
		}
		if errors.As(err, new(unknownJQL)) {
			got = "unknown"
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", in, got, err, want)
		}
	}
}

// shown is a query written out.
func shown(q jql) string {
	var conditions, order []string
	for _, c := range q.clauses {
		conditions = append(conditions, c.String())
	}
	for _, o := range q.order {
		order = append(order, map[bool]string{true: "-"}[o.down]+o.field)
	}
	if len(order) > 0 {
		conditions = append(conditions, strings.Join(order, ", "))
	}
	return strings.Join(conditions, "; ")
}

// FuzzParseJQL: whatever is asked is read or refused; what is read means the same when it is written out and read
// again.
func FuzzParseJQL(f *testing.F) {
	for _, s := range []string{
		`updated >= 1767225600000 ORDER BY created ASC, key ASC`, `project = ACME AND creator = currentUser() AND ` +
			`created >= 0`, `project in ("a b", 'c')`,
		`issuekey in (ACME-1, ACME-2) ORDER BY id DESC`, `updated >= "2026-01-02 03:04" AND created < -1w`,
		`ORDER BY created`, `a = "\"`, "\xff = \x00",
	} {
		f.Add(s)
	}
	s := NewLab(Options{Cloud: true, Clock: func() time.Time { return time.Unix(1767225600, 0) }})
	if _, err := s.As("customer1").Create(NewIssue{Project: "ACME", Subject: "x"}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string) {
		q, err := parseJQL(in)
		if err != nil {
			return
		}
		if len(q.clauses) == 0 {
			t.Fatalf("%q has no bound and was taken", in)
		}
		c := &call{Server: s, user: s.st.user("sla-bot"), now: s.Now()}
		if _, err := c.find(q, nil); err != nil && !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("%q was read and cannot be asked: %v", in, err)
		}
		again := strings.ReplaceAll(shown(jql{clauses: q.clauses}), "; ", " AND ")
		if strings.ContainsAny(in, "\"';") {
			return // texts in quotes may have what this writing takes for its own
		}
		if p, err := parseJQL(again); err != nil || shown(p) != shown(jql{clauses: q.clauses}) {
			t.Errorf("%q became %q: %v", in, again, err)
		}
	})
}

// TestVirtualTime: the stand-in keeps to the time of a bubble.
func TestVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewDesk(Options{Clock: time.Now})
		began := time.Now()
		time.Sleep(3 * time.Hour)
		id, err := s.As("romashkin").Create(NewIssue{Project: "ACME", Subject: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if i := s.st.issues[id]; i.created.Sub(began) != 3*time.Hour {
			t.Errorf("made %v after it began", i.created.Sub(began))
		}
	})
}
