package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"slabridge/connectors"
	"slabridge/enforcer"
	"slabridge/mapping"
	"slabridge/mapping/guess"
)

// ValueCounts tells what the requests of a contract's projects hold, where the mapping waits for values: a name that is
// wrong is seen at once, a value that is wrong only here.
type ValueCounts struct {
	Contract   string        `json:"contract"`
	From       time.Time     `json:"from"` // requests made since then are counted
	Source     string        `json:"source"`
	Failed     string        `json:"failed,omitempty"` // why nothing could be counted
	Truncated  bool          `json:"truncated"`        // there are more requests than were read
	Requests   int           `json:"requests"`
	Others     int           `json:"not_covered"` // requests of the same projects that are not the contract's
	Severities []Count       `json:"severities"`  // in the contract's order
	Unsevere   int           `json:"no_severity"`
	Statuses   []Count       `json:"status_classes"`
	Unclassed  []Count       `json:"no_status_class"` // by the status's name
	Unmatched  []FieldValues `json:"without_severity"`
	Fields     []FieldValues `json:"fields"`
	NeverSeen  []NeverSeen   `json:"never_seen"`
	Notes      []Count       `json:"notes"` // what of the requests cannot be used as it is mapped, with how often
}

// Count is how often something was seen.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// FieldValues are the values of one field that were seen, the most frequent first.
type FieldValues struct {
	Field  string  `json:"field"`
	Values []Count `json:"values"`
	Empty  int     `json:"empty"`
	// Unnamed are those of a field that tells severities which no rule names: they get what is left.
	Unnamed []Count `json:"unnamed,omitempty"`
}

// NeverSeen is a value that the configuration waits for and no request holds.
type NeverSeen struct {
	Path  string  `json:"path"`
	Value string  `json:"value"`
	Field string  `json:"field"`
	Seen  []Count `json:"seen"`
	Meant string  `json:"did_you_mean,omitempty"`
}

// Where the requests that are counted were read.
const (
	FromMirror  = "mirror"
	FromTracker = "tracker"
)

// counted is a request to be counted, with all that is known of what happened to it.
type counted struct {
	histories []connectors.History
	source    string
	truncated bool
}

// countValues counts what the requests of each contract hold.
func countValues(ctx context.Context, k *checker) error {
	cursor, err := k.mirror.Cursor(ctx, k.conn.ID)
	if err != nil {
		return err
	}
	from := k.trackerTime().Add(-countedFor)
	var all counted
	if !cursor.CompleteAt.IsZero() {
		if all, err = mirroredSince(ctx, k.source, from); err != nil {
			return err
		}
	}
	for _, c := range k.contracts {
		these := all
		if cursor.CompleteAt.IsZero() {
			if k.conn.Recent == nil || len(c.scope.Projects()) == 0 {
				continue
			}
			these, err = askedSince(ctx, k.source, c.scope.Projects(), from)
			switch {
			case err != nil && (ctx.Err() != nil || connectors.ClassOf(err) == 0):
				return err
			case err != nil: // perhaps a right is missing, which is told by its name elsewhere
				none := noCounts(c, FromTracker, from)
				none.Failed = err.Error()
				k.Values = append(k.Values, none)
				continue
			}
		}
		if these.source == FromTracker { // what is mirrored has been looked through
			for _, h := range these.histories {
				k.readable(c.bound.Request(h, c.scope, c.Zone()))
			}
		}
		k.Values = append(k.Values, countsOf(c, k.names, these, from))
	}
	return nil
}

// mirroredSince gives the requests that the mirror has and that were made since then, the last changed first.
func mirroredSince(ctx context.Context, s source, from time.Time) (out counted, err error) {
	out.source = FromMirror
	type line struct {
		id string
		at time.Time
	}
	var lines []line
	for entry, err := range s.mirror.Issues(ctx, s.conn.ID) {
		if err != nil {
			return out, err
		}
		if !entry.UpdatedAt.Before(from) { // what was made since has changed since
			lines = append(lines, line{entry.ID, entry.UpdatedAt})
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return b.at.Compare(a.at) })
	for _, l := range lines {
		if len(out.histories) == mostMirrored {
			out.truncated = true
			break
		}
		h, ok, err := s.mirror.History(ctx, s.conn.ID, l.id)
		if err != nil {
			return out, err
		}
		if ok && !h.Issue.CreatedAt.Before(from) {
			out.histories = append(out.histories, h)
		}
	}
	return out, nil
}

// askedSince asks the tracker for them: as they are now, without what happened to them.
func askedSince(ctx context.Context, s source, projects []string, from time.Time) (out counted, err error) {
	out.source = FromTracker
	issues, err := s.conn.Recent(ctx, projects, mostAsked)
	for _, i := range issues {
		if !i.CreatedAt.Before(from) {
			out.histories = append(out.histories, connectors.History{Issue: i})
		}
	}
	out.truncated = len(issues) == mostAsked && !issues[len(issues)-1].UpdatedAt.Before(from)
	return out, err
}

func noCounts(c *contract, source string, from time.Time) ValueCounts {
	return ValueCounts{
		Contract: c.ID, From: from, Source: source,
		Severities: []Count{}, Statuses: []Count{}, Unclassed: []Count{}, Unmatched: []FieldValues{}, Fields: []FieldValues{},
		NeverSeen: []NeverSeen{}, Notes: []Count{},
	}
}

// countsOf counts them for one contract.
func countsOf(c *contract, names connectors.Directory, all counted, from time.Time) ValueCounts {
	out := noCounts(c, all.source, from)
	out.Truncated = all.truncated
	severities, classes, unclassed := map[string]int{}, map[enforcer.StatusClass]int{}, map[string]int{}
	notes := map[string]int{}
	var inProjects, unsevere []connectors.Issue
	for _, h := range all.histories {
		if !slices.Contains(c.scope.Projects(), h.Issue.Values.One(connectors.FieldProject)) {
			continue
		}
		inProjects = append(inProjects, h.Issue)
		r := c.bound.Request(h, c.scope, c.Zone())
		st := r.State()
		if !st.Covered {
			out.Others++
			continue
		}
		out.Requests++
		for _, n := range r.Notes {
			notes[n]++
		}
		if severities[st.Severity]++; st.Severity == "" {
			unsevere = append(unsevere, h.Issue)
		}
		if classes[st.Status]++; st.Status == "" {
			unclassed[statusName(names, h.Issue.Values.One(connectors.FieldStatus))]++
		}
	}
	for _, s := range c.Severities {
		out.Severities = append(out.Severities, Count{s.ID, severities[s.ID]})
	}
	out.Unsevere = severities[""]
	for _, class := range enforcer.StatusClasses {
		out.Statuses = append(out.Statuses, Count{string(class), classes[class]})
	}
	out.Unclassed, out.Notes = mostFrequent(unclassed, mostDifferent), mostFrequent(notes, mostNotes)
	if len(unsevere) > 0 {
		for _, key := range c.bound.SeverityKeys() {
			if v := valuesOf(names, key, unsevere); len(v.Values) > 0 || v.Empty > 0 {
				out.Unmatched = append(out.Unmatched, v)
			}
		}
	}
	asked := c.bound.Asked(c.Scope, c.scope, c.Path, c.ScopePath)
	out.Fields, out.NeverSeen = neverSeen(names, asked, inProjects)
	return out
}

// mostFrequent lists what was counted, the most frequent first.
func mostFrequent(counts map[string]int, most int) []Count {
	out := []Count{}
	for name, n := range counts {
		out = append(out, Count{name, n})
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Name, b.Name)) })
	return out[:min(len(out), most)]
}

// neverSeen holds the values that are waited for against those that requests hold.
func neverSeen(names connectors.Directory, asked []mapping.AskedValues, issues []connectors.Issue) (
	fields []FieldValues, never []NeverSeen,
) {
	fields, never = []FieldValues{}, []NeverSeen{}
	at := map[string]int{}
	for _, a := range asked {
		values, _ := guess.Tally(issues, a.Key)
		if _, told := at[a.Key]; !told {
			at[a.Key] = len(fields)
			fields = append(fields, valuesOf(names, a.Key, issues))
		}
		var seen, free []string // free: that no place waits for
		for _, v := range values {
			seen = append(seen, v.Name)
			if !slices.ContainsFunc(asked, func(x mapping.AskedValues) bool {
				return x.Key == a.Key && slices.Contains(x.Values, v.Name)
			}) {
				free = append(free, v.Name)
			}
		}
		if f := &fields[at[a.Key]]; a.Severity && f.Unnamed == nil {
			for _, v := range countsFrom(values) {
				if slices.Contains(free, v.Name) {
					f.Unnamed = append(f.Unnamed, Count{valueName(names, a.Key, v.Name), v.Count})
				}
			}
		}
		for _, value := range a.Values {
			if !slices.Contains(seen, value) {
				never = append(never, NeverSeen{
					Path: a.Path, Value: value, Field: a.Field, Seen: countsFrom(values), Meant: meant(value, seen, free),
				})
			}
		}
	}
	return fields, never
}

// meant is the value that was probably meant: one that the configuration names nowhere, or one that differs only in
// case.
func meant(written string, seen, free []string) string {
	for _, v := range seen {
		if strings.EqualFold(v, written) {
			return v
		}
	}
	return mapping.Alike(written, free)
}

// valuesOf counts what issues hold under a key, by the names that people see.
func valuesOf(names connectors.Directory, key string, issues []connectors.Issue) FieldValues {
	values, empty := guess.Tally(issues, key)
	out := FieldValues{Field: fieldTitle(names, key), Values: countsFrom(values), Empty: empty}
	for i := range out.Values {
		out.Values[i].Name = valueName(names, key, out.Values[i].Name)
	}
	return out
}

// countsFrom keeps the most frequent.
func countsFrom(values []guess.Value) []Count {
	out := []Count{}
	for _, v := range values[:min(len(values), mostDifferent)] {
		out = append(out, Count{v.Name, v.Count})
	}
	return out
}

// fieldTitle is what people call a key of connectors.Values.
func fieldTitle(d connectors.Directory, key string) string {
	for _, f := range d.Fields {
		if f.ID == key {
			return f.Name
		}
	}
	return key
}

// valueName is what people call a value: of a priority or a type, the tracker has ids.
func valueName(d connectors.Directory, key, value string) string {
	switch key {
	case connectors.FieldPriority:
		for _, p := range d.Priorities {
			if p.ID == value {
				return p.Name
			}
		}
	case connectors.FieldType, connectors.FieldRequestType:
		for _, t := range d.Types {
			if t.ID == value {
				return t.Name
			}
		}
	}
	return value
}

func statusName(d connectors.Directory, id string) string {
	for _, s := range d.Statuses {
		if s.ID == id {
			return s.Name
		}
	}
	return id
}
