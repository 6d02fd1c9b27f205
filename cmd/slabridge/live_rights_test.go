package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// needed are the permissions of docs/rights.md.
var needed = []string{
	"view_issues", "view_private_notes", "add_issue_notes", "set_notes_private", "edit_own_issue_notes", "edit_issues",
	"add_issue_watchers", "view_issue_watchers",
	"view_time_entries",
}

// rightsCase is one row of docs/rights.md: what is taken away, and what is then seen. enforce is its exit code and
// parts of its output; public and private count our comments in the tracker.
type rightsCase struct {
	without         string
	enforce         int
	says            []string
	public, private int
	assigned, told  bool
}

// TestLiveRights gives the bot exactly the permissions that check --live asks for and finds them enough, then takes
// away each of them: check --live must name it, and whatever enforce does without it, nothing internal becomes public.
func TestLiveRights(t *testing.T) {
	t.Parallel()
	d := live(t).desk(t)
	d.grant(t, needed)
	for _, c := range []rightsCase{
		{enforce: exitOK, public: 1, private: 1, assigned: true, told: true},
		{without: "view_issues", enforce: exitHeld, says: []string{"the tracker shows no custom field of this name"}},
		{without: "view_private_notes", enforce: exitHeld, public: 1, says: []string{`(view_private_notes)`}},
		{
			without: "add_issue_notes", enforce: exitHeld, assigned: true, told: true,
			says: []string{`comment: wanted "written", tracker has ""`},
		},
		{without: "set_notes_private", enforce: exitHeld, public: 1, says: []string{`(set_notes_private)`}},
		// until something must be taken back
		{without: "edit_own_issue_notes", enforce: exitOK, public: 1, private: 1, assigned: true, told: true},
		{
			without: "edit_issues", enforce: exitHeld, public: 1, private: 1, told: true,
			says: []string{
				`assignee: wanted "Dora Developer (8)"`, `priority: wanted "Immediate (5)", tracker has "Normal (2)"`,
			},
		},
		{
			without: "add_issue_watchers", enforce: exitHeld, public: 1, private: 1, assigned: true,
			says: []string{`watcher: wanted "Maria Manager (10)"`},
		},
		{without: "view_issue_watchers", enforce: exitOK, public: 1, private: 1, assigned: true, told: true},
		{
			without: "view_time_entries", enforce: exitHeld, public: 1, private: 1, assigned: true, told: true,
			says: []string{`our account lacks the right "View spent time" (view_time_entries)`},
		},
	} {
		t.Run("without "+c.without, func(t *testing.T) {
			t.Cleanup(func() { d.grant(t, needed) })
			d.newProject(t)
			s := d.site(t)
			// a contract that counts booked time
			s.mapping = "    activities:\n      - {is: phone-consultation, names: [Development]}\n"
			s.configure(t)
			issue := d.issue(t, "critical", "Права", 4*time.Hour+5*time.Minute)
			d.grant(t, slices.DeleteFunc(slices.Clone(needed), func(p string) bool { return p == c.without }))
			c.check(t, s, issue)
			d.grant(t, needed)
			s.recovers(t, c, issue)
		})
	}
}

// grant gives the bot's role these permissions and no others.
func (d *desk) grant(t testing.TB, permissions []string) {
	t.Helper()
	yaml := "---\n"
	for _, p := range permissions {
		yaml += "- :" + p + "\n"
	}
	d.lab(t, "sql", fmt.Sprintf("update roles set permissions = '%s' where id = %d;", yaml, d.roleID))
}

func (c rightsCase) check(t *testing.T, s *site, issue int) {
	checked := s.run("check", "--live", "-o", "json")
	var missing []string
	for _, k := range decodeLines[checkupInfo](t, checked) {
		for _, r := range k.Rights {
			if lacks := r.Missing[s.project]; lacks != "" && !slices.Contains(missing, lacks) {
				missing = append(missing, lacks)
			}
		}
	}
	switch {
	case c.without == "" && (checked.code != exitOK || missing != nil):
		t.Errorf("the listed permissions are not enough: %s", checked)
	case c.without != "" && (checked.code != exitUsage || !slices.Equal(missing, []string{c.without})):
		t.Errorf("check --live names %q: %s", missing, checked)
	}
	enforced := s.run("enforce")
	contains(t, "enforce", enforced.out+enforced.err, c.says...)
	public, private := s.notes(t, s.admin(), issue, s.bot.id)
	theirs, _ := s.notes(t, s.customer(), issue, s.bot.id)
	for _, note := range theirs {
		if !strings.Contains(note, "acknowledge/start") {
			t.Errorf("the customer reads what is internal: %s", note)
		}
	}
	now := s.show(t, s.admin(), issue)
	told := slices.ContainsFunc(now.Watchers, func(w named) bool { return w.Name == "Maria Manager" })
	got := rightsCase{
		without: c.without, enforce: enforced.code, public: len(public), private: len(private),
		assigned: now.Assignee.Name == "Dora Developer", told: told, says: c.says,
	}
	if fmt.Sprint(got) != fmt.Sprint(c) {
		t.Errorf("got %+v, want %+v: %s", got, c, enforced)
	}
}

// recovers: with the permission back, what is missing is written, and no comment twice.
func (s *site) recovers(t *testing.T, c rightsCase, issue int) {
	if c.without == "view_issues" {
		s.want(t, exitOK, "sync", "--full") // or the census of the next hour
	}
	s.want(t, exitOK, "ledger", "retry", "--all", "--at-once")
	s.want(t, exitOK, "enforce")
	s.want(t, exitOK, "enforce")
	private := []string{phone, "respond/due", "involve-developers/due", "inform-management/due"}
	if c.without == "add_issue_notes" { // the developers have been assigned without a word: there is nothing left to tell
		private = []string{phone, "respond/due", "inform-management/due"}
	}
	public := []string{"acknowledge/start"}
	if got, _ := s.notes(t, s.admin(), issue, s.bot.id); c.without == "add_issue_notes" && len(got) == 0 {
		public = nil // dropped without a word: it is looked for again in two minutes, before it counts as refused
	}
	chapter{
		issue: issue, public: public, private: private,
		assignee: "Dora Developer", priority: "Immediate", told: true,
	}.check(t, s.desk)
	if t.Failed() {
		t.Log(s.run("ledger", "list"))
	}
}
