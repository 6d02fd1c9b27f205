package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/outbox"
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
	Values      []ValueCounts
	LeftOut     []LeftOut
}

// RightNeeded is a right that the contracts' steps take, with the tracker's permissions for it.
type RightNeeded struct {
	Right       connectors.Right  `json:"right"`
	Permissions []string          `json:"permissions"`
	Titles      []message.Message `json:"-"`                 // the permissions, in the words of the tracker's screens
	For         []string          `json:"for"`               // the steps and fields that need it
	Missing     map[string]string `json:"missing,omitempty"` // project name -> permission that our account lacks there
}

// LeftOut is a subproject of a contract's project that no contract covers: requests made there have no obligations.
type LeftOut struct {
	Contract string `json:"contract"`
	Project  string `json:"project"`
	Below    string `json:"below"`
}

// leftOut lists the projects that lie below covered ones, at any depth, without being covered.
func (k *checker) leftOut() {
	parents := map[string]string{}
	for _, p := range k.names.Projects {
		parents[p.ID] = p.Parent
	}
	above := func(id string) (c *contract, project string) {
		for n := 0; id != "" && n < len(parents); n++ { // a tracker may report a ring of parents: stop
			for _, c := range k.contracts {
				if slices.Contains(c.scope.Projects(), id) {
					return c, id
				}
			}
			id = parents[id]
		}
		return nil, ""
	}
	for _, p := range k.names.Projects {
		if c, project := above(p.ID); c != nil && project != p.ID && !p.Closed {
			k.LeftOut = append(k.LeftOut, LeftOut{c.ID, p.Key, projectName(k.names, project)})
		}
	}
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

// checker holds one connection's tracker against the configuration.
type checker struct {
	source
	names     connectors.Directory
	contracts []*contract
	samples   map[*contract][]connectors.History
	Checkup
}

// check asks the connection's tracker.
func check(ctx context.Context, s source) (Checkup, error) {
	k := &checker{
		source: s, Checkup: Checkup{Connection: s.conn.ID}, samples: map[*contract][]connectors.History{},
	}
	err := k.check(ctx)
	return k.Checkup, err
}

func (k *checker) check(ctx context.Context) (err error) {
	if k.Account, err = k.conn.Tracker.Self(ctx); err != nil {
		return err
	}
	if k.names, err = k.directory(ctx); err != nil {
		return err
	}
	k.Offset, _, k.OffsetKnown = k.conn.Tracker.Offset()
	if k.contracts, k.Problems, err = k.bind(ctx, k.names); err != nil {
		return err
	}
	if k.Account.Admin {
		k.Problems = append(k.Problems, mapping.Problem{
			Path:  "connections",
			Value: k.Account.Login,
			Reason: message.Of(
				"the account is an administrator: give slabridge an account of its own with only the rights listed here",
			),
		})
	}
	for _, c := range k.contracts {
		for _, need := range c.bound.Rights(c.Contract.Contract) {
			if need.Right != connectors.CreateIssues { // not here, but where its duties say
				k.need(need.Right, need.For, c.scope.Projects()...)
			}
		}
		unlike := append(c.bound.Unseen(c.scope.Projects(), k.names), c.bound.Leadless(c.Contract.Contract)...)
		for _, p := range c.bound.Unassignable(c.Contract.Contract, c.scope, c.ScopePath) {
			p.Value = projectName(k.names, p.Value)
			unlike = append(unlike, p)
		}
		for _, p := range unlike {
			k.problem(p)
		}
		if err := k.checkContractLevel(ctx, c); err != nil {
			return err
		}
	}
	slices.SortFunc(k.Needs, func(a, b RightNeeded) int {
		return slices.Index(connectors.Rights, a.Right) - slices.Index(connectors.Rights, b.Right)
	})
	if err := k.lookForFields(ctx); err != nil {
		return err
	}
	if err := k.lookThrough(ctx); err != nil {
		return err
	}
	for _, c := range k.contracts {
		if err := k.checkForms(ctx, c); err != nil {
			return err
		}
	}
	k.leftOut()
	if err := countValues(ctx, k); err != nil {
		return err
	}
	return k.addAlarms(ctx)
}

// addAlarms lists what waits for a human, as faults where it stops writes.
func (k *checker) addAlarms(ctx context.Context) error {
	alarms, err := k.ledger.Alarms(ctx, k.conn.ID)
	for _, a := range alarms {
		if a.Open() {
			k.fault(message.Of("%s", outbox.AlarmText(a, k.ledger.Installation())), a.Subject, a.Kind.Stops())
		}
	}
	return err
}

// fault adds a problem about the connection, once.
func (k *checker) fault(text message.Message, value string, fatal bool) {
	p := mapping.Problem{Path: "connections", Value: value, Reason: text, Fatal: fatal}
	if !slices.ContainsFunc(k.Problems, func(x mapping.Problem) bool {
		return x.Path == p.Path && x.Value == p.Value && x.Fatal == fatal
	}) {
		k.Problems = append(k.Problems, p)
	}
}

// need adds a right that steps or fields need in projects to what the others need.
func (k *checker) need(right connectors.Right, steps []string, projects ...string) {
	caps := k.conn.Tracker.Capabilities()
	permissions := caps.Permissions[right]
	i := slices.IndexFunc(k.Needs, func(have RightNeeded) bool { return have.Right == right })
	if i < 0 {
		i = len(k.Needs)
		k.Needs = append(k.Needs, RightNeeded{Right: right, Permissions: permissions, Missing: map[string]string{}})
		for _, p := range permissions {
			k.Needs[i].Titles = append(k.Needs[i].Titles, caps.Permission(p))
		}
	}
	need := &k.Needs[i]
	for _, what := range steps {
		if !slices.Contains(need.For, what) {
			need.For = append(need.For, what)
		}
	}
	for _, project := range projects {
		for _, p := range permissions {
			if !k.Account.Has(project, p) {
				need.Missing[projectName(k.names, project)] = p
			}
		}
	}
}

// lookThrough reads what is mirrored for what the mapping does not explain.
func (k *checker) lookThrough(ctx context.Context) error {
	steps := map[*contract][]*closing{}
	for _, c := range k.contracts {
		steps[c] = c.closings()
	}
	read := 0
	for entry, err := range k.mirror.Issues(ctx, k.conn.ID) {
		if err != nil {
			return err
		}
		if read++; read > strangersRead {
			break
		}
		h, ok, err := k.mirror.History(ctx, k.conn.ID, entry.ID)
		if err != nil {
			return err
		}
		watched := slices.ContainsFunc(k.contracts, func(c *contract) bool {
			return slices.Contains(c.scope.Projects(), h.Issue.Values.One(connectors.FieldProject))
		})
		for _, s := range outbox.Sightings(h, k.ledger.Installation()) {
			switch {
			case !watched: // none of our contracts covers the project
			case s.Rival(k.Account.ID, k.ledger.Begun()):
				rival := ledger.Alarm{Kind: ledger.OtherInstallation, Subject: s.Install, IssueKey: h.Issue.Key}
				k.fault(message.Of("%s", outbox.AlarmText(rival, k.ledger.Installation())), s.Install, true)
			case s.Author != k.Account.ID:
				k.fault(message.Of("someone (id %s) wrote a comment on #%s with the mark of another installation of slabridge: "+
					"if there is one, customers hear everything twice; stop one of the two", s.Author, h.Issue.Key), s.Install, false)
			}
		}
		for _, c := range k.contracts {
			if !ok {
				continue
			}
			r := c.bound.Request(h, c.scope, c.Zone())
			k.explainable(r, h)
			if st := r.State(); st.Covered && st.Status.Open() {
				k.sample(c, h)
			}
			for _, s := range steps[c] {
				if st := r.State(); st.Covered && st.Status.Open() == (s.class == enforcer.Closed) {
					s.look(c, h)
				}
			}
		}
	}
	for _, c := range k.contracts {
		for _, s := range steps[c] {
			if p, told := s.tell(c); told {
				k.Problems = append(k.Problems, p)
			}
		}
	}
	slices.Sort(k.Strangers)
	return nil
}

// lookForFields adds a fault for each field that a mapping rests on and that issues do not have any more: those that
// changed last are asked for, since what is mirrored is what was believed.
func (k *checker) lookForFields(ctx context.Context) error {
	if k.conn.Recent == nil {
		return nil
	}
	for _, c := range k.contracts {
		if len(c.scope.Projects()) == 0 {
			continue
		}
		issues, err := k.conn.Recent(ctx, c.scope.Projects(), mostLookedAt)
		if err != nil && (ctx.Err() != nil || connectors.ClassOf(err) == 0) {
			return err
		}
		for _, i := range issues { // where they are refused, a right is missing, which is told by its name elsewhere
			if err := c.bound.Lacking(i, c.scope); err != nil {
				k.fault(message.Of("requests such as %s are neither judged nor written about", i.Key), err.Error(), true)
			}
		}
	}
	return nil
}

// readable adds a fault that keeps a request from being judged now.
func (k *checker) readable(r enforcer.Request) {
	if n := len(r.Faults); n > 0 && r.State().Covered && r.Faults[n-1].To.IsZero() && r.Faults[n-1].Whole() {
		k.fault(message.Of("requests such as %s are neither judged nor written about", r.Key), r.Faults[n-1].Why, true)
	}
}

// explainable adds what the mapping does not explain of one request.
func (k *checker) explainable(r enforcer.Request, h connectors.History) {
	k.readable(r)
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
		if e.Author != k.Account.ID || e.Note == nil || strings.TrimSpace(e.Note.Text) == "" {
			continue
		}
		if _, _, ok := mapping.ParseMark(e.Note.Text); !ok {
			if what := "#" + r.Key + " " + e.ID; !slices.Contains(k.Unmarked, what) {
				k.Unmarked = append(k.Unmarked, what)
			}
		}
	}
}
