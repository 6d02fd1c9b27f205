package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/mapping"
)

// Checkup is how a connection's tracker bears out the configuration.
type Checkup struct {
	Connection  string
	Account     connectors.Account
	Offset      time.Duration // the tracker's clock minus ours
	OffsetKnown bool
	Problems    []mapping.Problem
	Needs       []RightNeeded
	Strangers   []string // authors without a role, "name (id)"
	Unmarked    []string // events by our own account that carry no mark of ours: "#17 journal:4"
}

// RightNeeded is a right that the contracts' steps take, with the tracker's permissions for it.
type RightNeeded struct {
	Right       connectors.Right  `json:"right"`
	Permissions []string          `json:"permissions"`
	For         []string          `json:"for"`               // the steps and fields that need it
	Missing     map[string]string `json:"missing,omitempty"` // project name -> permission that our account lacks there
}

// Faults counts what must be mended: problems that stop enforcement, missing rights, and a clock that is further from
// the tracker's than the limit; a limit of 0 is none.
func (k *Checkup) Faults(skew time.Duration) (n int) {
	for _, p := range k.Problems {
		if p.Fatal {
			n++
		}
	}
	for _, r := range k.Needs {
		n += len(r.Missing)
	}
	if k.OffsetKnown && skew > 0 && k.Offset.Abs() > skew {
		n++
	}
	return n
}

// strangersRead bounds how many mirrored issues are looked through for authors without a role.
const strangersRead = 500

// Check asks every tracker whether it bears out the configuration: names, people, rights and clock. It only
// reads. What the mirror holds already is looked through for authors without a role and for comments by our
// account that are not ours.
func (e *Engine) Check(ctx context.Context) ([]Checkup, error) {
	var out []Checkup
	_, err := e.each(func(c Connection) (Report, error) {
		k, err := e.check(ctx, c)
		if err == nil {
			out = append(out, k)
		}
		return Report{}, err
	})
	return out, err
}

func (e *Engine) check(ctx context.Context, c Connection) (Checkup, error) {
	k := Checkup{Connection: c.ID}
	var err error
	if k.Account, err = c.Tracker.Self(ctx); err != nil {
		return k, err
	}
	d, err := c.Tracker.Directory(ctx)
	if err != nil {
		return k, err
	}
	k.Offset, _, k.OffsetKnown = c.Tracker.Offset()
	views, problems, err := e.bind(ctx, c.ID, d)
	if err != nil {
		return k, err
	}
	k.Problems = problems
	if k.Account.Admin {
		k.Problems = append(k.Problems, mapping.Problem{
			Path: "connections", Value: k.Account.Login,
			Reason: "the account is an administrator: give slabridge an account of its own with only the rights listed here",
		})
	}
	permissions := c.Tracker.Capabilities().Permissions
	for _, v := range views {
		for _, need := range v.bound.Rights(v.Contract.Contract) {
			if need.Right != connectors.CreateIssues { // not here, but where its duties say
				k.need(need, permissions[need.Right], v.scope.Projects(), d)
			}
		}
		for _, p := range v.bound.Unseen(v.scope.Projects(), d) {
			if !slices.Contains(k.Problems, p) { // contracts share mappings
				k.Problems = append(k.Problems, p)
			}
		}
		if err := e.checkWhole(ctx, c, v, d, &k); err != nil {
			return k, err
		}
	}
	slices.SortFunc(k.Needs, func(a, b RightNeeded) int {
		return slices.Index(connectors.Rights, a.Right) - slices.Index(connectors.Rights, b.Right)
	})
	if err := e.lookThrough(ctx, c, views, &k); err != nil {
		return k, err
	}
	return k, e.addAlarms(ctx, c.ID, &k)
}

// addAlarms lists as faults what stops writes until a human settles it.
func (e *Engine) addAlarms(ctx context.Context, conn string, k *Checkup) error {
	alarms, err := e.ledger.Alarms(ctx, conn)
	if err != nil {
		return err
	}
	for _, a := range alarms {
		switch {
		case !a.Open():
		case a.Kind == ledger.OtherInstallation:
			k.fault(rivalText(a.Subject, e.ledger.Installation(), a.IssueKey)["en"], a.Subject, true)
		default:
			k.fault(leakText(a)["en"], a.Subject, true)
		}
	}
	return nil
}

// fault adds a problem about the connection, once.
func (k *Checkup) fault(text, value string, fatal bool) {
	p := mapping.Problem{Path: "connections", Value: value, Reason: text, Fatal: fatal}
	if !slices.ContainsFunc(k.Problems, func(x mapping.Problem) bool { return x.Path == p.Path && x.Value == p.Value && x.Fatal == fatal }) {
		k.Problems = append(k.Problems, p)
	}
}

// need adds what a contract needs to what the others need.
func (k *Checkup) need(n mapping.Need, permissions, projects []string, d connectors.Directory) {
	i := slices.IndexFunc(k.Needs, func(have RightNeeded) bool { return have.Right == n.Right })
	if i < 0 {
		i = len(k.Needs)
		k.Needs = append(k.Needs, RightNeeded{Right: n.Right, Permissions: permissions, Missing: map[string]string{}})
	}
	need := &k.Needs[i]
	for _, what := range n.For {
		if !slices.Contains(need.For, what) {
			need.For = append(need.For, what)
		}
	}
	for _, project := range projects {
		for _, p := range permissions {
			if !k.Account.Has(project, p) {
				need.Missing[projectName(d, project)] = p
			}
		}
	}
}

func projectName(d connectors.Directory, id string) string {
	for _, p := range d.Projects {
		if p.ID == id {
			return p.Key
		}
	}
	return id
}

// lookThrough reads what is mirrored for what the mapping does not explain.
func (e *Engine) lookThrough(ctx context.Context, c Connection, views []*view, k *Checkup) error {
	steps := map[*view][]*closing{}
	for _, v := range views {
		steps[v] = v.closings()
	}
	read := 0
	for entry, err := range e.mirror.Issues(ctx, c.ID) {
		if err != nil {
			return err
		}
		if read++; read > strangersRead {
			break
		}
		h, ok, err := e.mirror.History(ctx, c.ID, entry.ID)
		if err != nil {
			return err
		}
		watched := slices.ContainsFunc(views, func(v *view) bool {
			return slices.Contains(v.scope.Projects(), h.Issue.Values.One(connectors.FieldProject))
		})
		for _, s := range e.sightings(h) {
			switch {
			case !watched: // where it writes is no matter of ours
			case e.rival(s, k.Account.ID):
				k.fault(rivalText(s.install, e.ledger.Installation(), h.Issue.Key)["en"], s.install, true)
			case s.author != k.Account.ID:
				k.fault(fmt.Sprintf("someone (id %s) wrote a comment on #%s with the mark of another installation of slabridge: "+
					"if there is one, customers hear everything twice; stop one of the two", s.author, h.Issue.Key), s.install, false)
			}
		}
		for _, v := range views {
			if !ok {
				continue
			}
			r := v.bound.Request(h, v.scope, v.Zone())
			k.explainable(r, h, k.Account.ID)
			for _, s := range steps[v] {
				if st := r.State(); st.Covered && st.Status.Open() == (s.class == enforcer.Closed) {
					s.look(v, h)
				}
			}
		}
	}
	for _, v := range views {
		for _, s := range steps[v] {
			if p, told := s.tell(v); told {
				k.Problems = append(k.Problems, p)
			}
		}
	}
	slices.Sort(k.Strangers)
	return nil
}

func (k *Checkup) explainable(r enforcer.Request, h connectors.History, self string) {
	for i := range r.Moments {
		m := &r.Moments[i]
		if !m.State.Covered {
			continue
		}
		if m.By.Role == "" && m.By.ID != "" {
			if who := strings.TrimSpace(fmt.Sprintf("%s (%s)", m.By.Name, m.By.ID)); !slices.Contains(k.Strangers, who) {
				k.Strangers = append(k.Strangers, who)
			}
		}
	}
	for _, e := range h.Events {
		if e.Author != self || e.Note == nil || strings.TrimSpace(e.Note.Text) == "" {
			continue
		}
		if _, _, ok := mapping.ParseMark(e.Note.Text); !ok {
			if what := "#" + r.Key + " " + e.ID; !slices.Contains(k.Unmarked, what) {
				k.Unmarked = append(k.Unmarked, what)
			}
		}
	}
}
