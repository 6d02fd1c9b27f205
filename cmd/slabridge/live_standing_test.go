package main

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/sim"
)

// proxied puts the proxy of the stand-ins between slabridge and the real tracker.
func (s *site) proxied(t *testing.T) *sim.Proxy {
	t.Helper()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := &sim.Proxy{Now: time.Now}
	server := httptest.NewServer(p.Before(httputil.NewSingleHostReverseProxy(target)))
	t.Cleanup(server.Close)
	s.url = server.URL
	s.configure(t)
	return p
}

// TestLiveStanding: writes that a real Redmine has done and that something before it answers otherwise stand once and
// are done in the same pass; one that a balancer delivers twice is told once; and the ledger agrees with the tracker.
func TestLiveStanding(t *testing.T) {
	t.Parallel()
	s := live(t).desk(t).site(t)
	s.issue(t, "critical", "Первое", 0) // by which fields are known
	s.want(t, exitOK, "enforce")
	p := s.proxied(t)
	var issues []int
	for _, a := range []struct {
		status int
		body   string
	}{{404, ""}, {409, ""}, {422, `{"errors":[]}`}, {502, "<html>Bad gateway</html>"}} {
		issue := s.issue(t, "critical", "Ответ "+strconv.Itoa(a.status), 0)
		p.Answer(2, a.status, a.body, true)
		s.run("enforce")
		p.Forget()
		for _, e := range jsonLines[writeInfo](t, s, "ledger", "list", "--issue", strconv.Itoa(issue)) {
			if e.State != "done" {
				t.Errorf("after %d: %s/%s is %s", a.status, e.Obligation, e.Step, e.State)
			}
		}
		issues = append(issues, issue)
	}
	s.want(t, exitOK, "enforce")
	for _, issue := range issues {
		chapter{
			issue: issue, public: []string{"acknowledge/start"}, private: []string{phone}, priority: "Normal",
		}.check(t, s.desk)
	}

	twice := s.issue(t, "minor", "Дважды", 0)
	p.Twice(1)
	o := s.run("enforce")
	o2 := s.run("enforce")
	told := o.out + o2.out + s.run("enforce").out
	if n := strings.Count(told, "acknowledge/start was written twice"); n != 1 {
		t.Errorf("told %d times: %s", n, told)
	}
	alarms := jsonLines[alarmInfo](t, s, "ledger", "alarms")
	if len(alarms) != 1 || alarms[0].Kind != "written-twice" || !alarms[0].Open || alarms[0].Issue != strconv.Itoa(twice) {
		t.Fatalf("alarms %+v", alarms)
	}
	s.want(t, exitOK, "ledger", "settle", alarms[0].ID, "--by", "olga")
	contains(t, "reconcile", s.want(t, exitOK, "ledger", "reconcile").out, "differences: 0")
}
