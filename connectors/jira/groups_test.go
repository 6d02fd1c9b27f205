package jira_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"slabridge/connectors"
	"slabridge/connectors/jira"
	"slabridge/connectors/jira/jirasim"
)

// TestGroupMembers: who is in a group has the group's roles, where the account may read who that is; where it may not,
// the directory says why, and who has a role in person keeps it.
func TestGroupMembers(t *testing.T) {
	for _, c := range []struct {
		name   string
		o      jirasim.Options
		may    bool
		unseen string
	}{
		{"cloud", jirasim.Options{Cloud: true}, true, ""},
		{"cloud, forbidden", jirasim.Options{Cloud: true}, false, "Browse users and groups"},
		{"data center", jirasim.Options{}, true, ""},
		{"data center, forbidden", jirasim.Options{}, false, "administrators alone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, s := newWorld(t, c.o, newContract(t, dialectOf(c.o)))
			s.Team("acme second line", "outsider", "dev1")
			s.JoinTeam("ACME", "acme second line", "Support engineer")
			s.JoinTeam("ERP", "acme second line", "Developer")
			s.BrowseGroups("sla-bot", c.may)
			d, err := w.Through(func(next http.RoundTripper) http.RoundTripper { return next }).Directory(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(d.Groups, func(g connectors.Group) bool { return g.Name == "acme second line" })
			if i < 0 || !strings.Contains(d.Groups[i].Unseen, c.unseen) || (d.Groups[i].Unseen == "") != c.may {
				t.Fatalf("groups: %+v", d.Groups)
			}
			group := d.Groups[i].ID
			for login, in := range map[string][]string{
				"outsider": {"Support engineer"},
				"dev1":     {"Developer", "Support engineer"},
			} {
				i := slices.IndexFunc(d.People, func(p connectors.Person) bool { return p.ID == s.UserID(login) })
				if i < 0 && !c.may && login == "outsider" {
					continue
				}
				if i < 0 {
					t.Fatalf("%s is not in the directory", login)
				}
				got := slices.DeleteFunc(slices.Clone(d.People[i].Roles["10002"]),
					func(r string) bool { return r == jira.Assignable })
				member := slices.Contains(d.People[i].Groups, group)
				if !c.may {
					in = slices.DeleteFunc(slices.Clone(in), func(r string) bool { return r == "Support engineer" })
				}
				if !slices.Equal(got, in) || member != c.may {
					t.Errorf("%s is %q in ACME, in groups %q, want %q", login, got, d.People[i].Groups, in)
				}
			}
		})
	}
}

// TestLargeGroups: a group of more people than a team has is not read, and one of several pages is read whole.
func TestLargeGroups(t *testing.T) {
	w, s := newWorld(t, jirasim.Options{Cloud: true}, newContract(t, "cloud"))
	var crowd []string
	for n := range 2100 {
		login := fmt.Sprintf("person%d", n)
		s.AddUser(login, fmt.Sprintf("Person %d", n))
		crowd = append(crowd, login)
	}
	s.Team("everybody", crowd...)
	s.Team("team", crowd[:120]...)
	s.JoinTeam("ACME", "everybody", "Customer")
	s.JoinTeam("ACME", "team", "Developer")
	d, err := w.Through(func(next http.RoundTripper) http.RoundTripper { return next }).Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	named := func(name string) int {
		return slices.IndexFunc(d.Groups, func(g connectors.Group) bool { return g.Name == name })
	}
	team, i, developers := named("team"), named("everybody"), 0
	if team < 0 || i < 0 {
		t.Fatalf("groups %+v", d.Groups)
	}
	for _, p := range d.People {
		if slices.Contains(p.Groups, d.Groups[team].ID) && slices.Contains(p.Roles["10002"], "Developer") {
			developers++
		}
	}
	if developers != 120 || !strings.Contains(d.Groups[i].Unseen, "more than") {
		t.Errorf("%d developers of a group of 120; groups %+v", developers, d.Groups)
	}
}
