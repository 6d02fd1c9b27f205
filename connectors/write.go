package connectors

import (
	"slices"
	"strings"

	"slabridge/config/message"
)

// Write is everything one step changes on one issue. Nil and empty mean "leave alone"; Assign to a pointer to
// "" removes the assignee.
type Write struct {
	Issue    string
	Comment  *Comment
	Assign   *string // person id
	Priority *string // priority id
	Status   *string // status id
	// StatusFields are values, by CustomField names, that go with the status: a form may ask for them.
	StatusFields map[string]string `json:",omitempty"`
	Fields       map[string]string // CustomField names to their new single value
	Watchers     []string          // added one by one before the rest
	// Create makes an issue instead of changing one: Issue is empty, and so is everything else.
	Create *NewIssue `json:",omitempty"`
	// Message is sent through the channel that Issue names, and everything else is empty.
	Message *Message `json:",omitempty"`
	// BaseEvent is the id of the newest event that the issue had when the write left: NoBaseEvent if it had none, "" if
	// that was not noted. By it what the write did is told from what was there, whatever clocks say. The ledger keeps it
	// as Knew.
	BaseEvent string `json:"Knew,omitempty"`
	// Unmet is what steps ask for and the write cannot do, known before it left: nobody can be assigned, or the tracker
	// has just refused a field. It is not sent.
	Unmet []Unmet `json:",omitempty"`
	// Watching: at least one of those who are to watch the issue watched it before the write.
	Watching bool `json:",omitempty"`
}

// Unmet is what a write leaves undone of one of its steps. Step is the id of its entry in the ledger.
type Unmet struct {
	Step string
	Refusal
}

// NoBaseEvent is the BaseEvent of a write to an issue without events.
const NoBaseEvent = "none"

// NewIssue is an issue to be made. Mark is the short visible line inside Description by which it is found again.
type NewIssue struct {
	Project     string // id
	Type        string // id
	Subject     string
	Description string
	Assign      string // person id; "" for nobody
	DueDate     string // YYYY-MM-DD, "" for none
	Mark        string
}

// Comment is a note to write. Mark is the short visible line inside Text by which the comment is found again. Audience
// is how an internal one is kept from customers, where a tracker knows several ways: "jsm-internal", "role:NAME" or
// "group:NAME" of Jira; "" is the tracker's only way.
type Comment struct {
	Text     string
	Internal bool
	Mark     string
	Audience string `json:",omitempty"`
	// Wordings are what it says where the tracker does not take fields that Text tells of, one for each set of these.
	Wordings []Wording `json:",omitempty"`
}

// Empty reports whether the write would change nothing.
func (w Write) Empty() bool { return !w.HasUpdate() && len(w.Watchers) == 0 && w.Create == nil }

// HasUpdate reports whether anything but watchers is to be written.
func (w Write) HasUpdate() bool {
	return w.Comment != nil || w.Assign != nil || w.Priority != nil || w.Status != nil || len(w.Fields) > 0
}

// Without is the write without some of its fields; what it says and whom it adds as watchers stays.
func (w Write) Without(fields ...string) Write {
	left := func(field string) bool { return !slices.Contains(fields, field) }
	if !left(FieldAssignee) {
		w.Assign = nil
	}
	if !left(FieldPriority) {
		w.Priority = nil
	}
	if !left(FieldStatus) {
		w.Status, w.StatusFields = nil, nil
	}
	var kept map[string]string
	for field, v := range w.Fields {
		if left(field) {
			if kept == nil {
				kept = map[string]string{}
			}
			kept[field] = v
		}
	}
	w.Fields = kept
	return w
}

// Sets reports whether the write gives the field a value.
func (w Write) Sets(field string) bool {
	return slices.ContainsFunc(w.wanted(), func(f wantedField) bool { return f.field == field })
}

// Asked is what the write sets, each as if it had been refused.
func (w Write) Asked() []Refusal {
	var out []Refusal
	for _, f := range w.wanted() {
		out = append(out, Refusal{Field: f.field, Wanted: f.value})
	}
	return out
}

// Refusal is one thing the tracker did not do although it accepted the request.
type Refusal struct {
	Field  string `json:"field"` // a field name, or "comment", "comment internal", "watcher", "issue"
	Wanted string `json:"wanted"`
	Got    string `json:"got"`
	// Words are the tracker's own for an open no; "" where it left the thing alone in silence.
	Words string `json:"words,omitempty"`
}

func (r Refusal) String() string {
	if r.Words != "" {
		return message.Text("%s: wanted %q, refused: %s", r.Field, r.Wanted, r.Words)
	}
	return message.Text("%s: wanted %q, tracker has %q", r.Field, r.Wanted, r.Got)
}

// DoneAfterAll reports whether the issue has what was refused in words: the answer was wrong.
func (r Refusal) DoneAfterAll(now History) bool {
	switch r.Field {
	case "comment", "comment internal", "issue":
		return false
	case "watcher":
		return now.WatchersSet && slices.Contains(now.Watchers, r.Wanted)
	}
	return now.Issue.Values.One(r.Field) == r.Wanted
}

// Told is the refusal with the names that people know, each before its id. name gives the name of a field's value, and
// for the value "" the name of the field itself; an id that it does not know it returns as it is.
func (r Refusal) Told(name func(field, id string) string) Refusal {
	of := r.Field
	if of == "watcher" {
		of = FieldAssignee
	}
	named := func(id string) string {
		if n := name(of, id); id != "" && n != id {
			return n + " (" + id + ")"
		}
		return id
	}
	r.Wanted, r.Got = named(r.Wanted), named(r.Got)
	r.Field = name("", r.Field)
	return r
}

// Receipt is what reading back showed: the event that carries our comment, and what was refused.
type Receipt struct {
	Issue   string    `json:"issue,omitempty"` // id of the issue that was made
	Event   string    `json:"event,omitempty"` // id of the event with our comment
	Refused []Refusal `json:"refused,omitempty"`
	// Untold are the fields of the write that the comment, as it stands, does not tell of: they were left alone.
	Untold []string `json:"untold,omitempty"`
	// the comment was to be internal and came out public: the customer could read it
	Public bool `json:"public,omitempty"`
	// TakenBack is how a Public comment was taken back from the customer; "" for one that still is public. Mail about
	// it may have gone out all the same.
	TakenBack Retraction `json:"taken_back,omitempty"`
}

// Retraction is a way of taking a comment of our own back.
type Retraction string

// The ways, the one that keeps more first.
const (
	MadeInternal Retraction = "made internal"
	Erased       Retraction = "erased" // its text; the event is gone where it held nothing else
)

// Back compares a comment that came out public with the issue as read since, and adds to the receipt what became of the
// comment. One that is still public, or erased, stays among what was refused.
func (r Receipt) Back(after History) Receipt {
	i := slices.IndexFunc(after.Events, func(e Event) bool { return e.ID == r.Event })
	r.Refused = slices.DeleteFunc(slices.Clone(r.Refused), func(x Refusal) bool { return x.Field == "comment internal" })
	switch {
	case i >= 0 && after.Events[i].Note != nil && after.Events[i].Note.Internal:
		r.TakenBack = MadeInternal
	case i < 0, after.Events[i].Note == nil:
		r.TakenBack, r.Event = Erased, ""
		r.Refused = append(r.Refused, Refusal{Field: "comment internal", Wanted: "internal", Got: "public, and erased"})
	default:
		r.Refused = append(r.Refused, Refusal{Field: "comment internal", Wanted: "internal", Got: "public"})
	}
	return r
}

// FindMark looks for a comment with the mark by the account. It tells after a lost answer, a crash or a restored backup
// whether a comment was written: what carries our mark was.
func (h History) FindMark(account, mark string) (Event, bool) {
	for _, e := range h.Events {
		if e.Author == account && e.Note != nil && Bears(e.Note.Text, mark) {
			return e, true
		}
	}
	return Event{}, false
}

// Bears reports whether a text holds a mark. Any white space is as good as the one that was sent: editors and mail make
// no-break spaces of plain ones.
func Bears(text, mark string) bool {
	if strings.Contains(text, mark) {
		return true
	}
	return strings.Contains(plainSpaces(text), plainSpaces(mark))
}

// SameMark reports whether two marks differ in white space at most.
func SameMark(a, b string) bool { return plainSpaces(a) == plainSpaces(b) }

func plainSpaces(s string) string { return strings.Join(strings.Fields(s), " ") }

// Newest is the id of the newest event, as Write.BaseEvent has it.
func (h History) Newest() string {
	if n := len(h.Events); n > 0 {
		return h.Events[n-1].ID
	}
	return NoBaseEvent
}

// Verify compares the requested values with the issue as read after the write, and reports every field that the tracker
// silently left unchanged. before is the history read just ahead of the write: a field that a person changed in
// between, after our own event, is not a refusal.
func Verify(w Write, account string, before, after History) Receipt {
	var r Receipt
	refuse := func(field, wanted, got string) {
		r.Refused = append(r.Refused, Refusal{Field: field, Wanted: wanted, Got: got})
	}
	if c := w.Comment; c != nil {
		e, ok := after.FindMark(account, c.Mark)
		if ok {
			r.Untold = c.untoldIn(e.Note.Text)
		}
		switch {
		case !ok:
			refuse("comment", "written", "")
		case c.Internal && !e.Note.Internal:
			r.Event, r.Public = e.ID, true
			refuse("comment internal", "internal", "public")
		default:
			r.Event = e.ID
		}
	}
	for _, f := range w.wanted() {
		got := after.Issue.Values.One(f.field)
		if got == f.value || f.done(account, before, after) {
			continue
		}
		refuse(f.field, f.value, got)
	}
	for _, f := range w.alongWithStatus(account, before, after) {
		if got := after.Issue.Values[f.field]; !holds(got, f.value) && !f.changedTo(holds, account, before, after) {
			refuse(f.field, f.value, strings.Join(got, ", "))
		}
	}
	if after.WatchersSet {
		for _, p := range w.Watchers {
			if !slices.Contains(after.Watchers, p) {
				refuse("watcher", p, "")
			}
		}
	}
	return r
}

// Rest is what is left to be done of a write with a comment that was cut short between two of its requests: the
// comment, and the fields that are not as wanted. What was done and then changed by somebody stays as they left it.
// half is false when nothing of the write was done, or all of it. before and after are as for Verify.
func (w Write) Rest(account string, before, after History) (rest Write, half bool) {
	if w.Comment == nil {
		return Write{}, false
	}
	if _, said := after.FindMark(account, w.Comment.Mark); said {
		return Write{}, false
	}
	rest = Write{Issue: w.Issue, Comment: w.Comment}
	for _, f := range w.wanted() {
		switch {
		case f.done(account, before, after):
			half = true
		case after.Issue.Values.One(f.field) == f.value:
		case f.field == FieldAssignee:
			rest.Assign = w.Assign
		case f.field == FieldPriority:
			rest.Priority = w.Priority
		case f.field == FieldStatus:
			rest.Status, rest.StatusFields = w.Status, w.StatusFields
		default:
			if rest.Fields == nil {
				rest.Fields = map[string]string{}
			}
			rest.Fields[f.field] = f.value
		}
	}
	return rest, half
}

// Overrun finds the fields that somebody else changed after before was read, and that our write, a moment later,
// changed again: trackers have no write on condition. Each Change goes from what they had set to what we did.
func Overrun(w Write, account string, before, after History) []Change {
	known := make(map[string]bool, len(before.Events))
	for _, e := range before.Events {
		known[e.ID] = true
	}
	var out []Change
	for _, f := range w.wanted() {
		var theirs []string
		for _, e := range after.Events {
			for _, c := range e.Changes {
				switch {
				case known[e.ID] || c.Field != f.field:
				case e.Author != account:
					theirs = c.To
				case theirs != nil && len(c.To) == 1 && c.To[0] == f.value:
					out, theirs = append(out, Change{Field: f.field, From: theirs, To: c.To}), nil
				}
			}
		}
	}
	return out
}

// VerifyNew compares the values of an issue that was made with what was asked for.
func VerifyNew(n NewIssue, values Values) []Refusal {
	var out []Refusal
	for _, f := range []wantedField{
		{FieldProject, n.Project},
		{FieldType, n.Type},
		{FieldAssignee, n.Assign},
		{FieldDueDate, n.DueDate},
	} {
		if got := values.One(f.field); f.value != "" && got != f.value {
			out = append(out, Refusal{Field: f.field, Wanted: f.value, Got: got})
		}
	}
	return out
}

type wantedField struct{ field, value string }

func (w Write) wanted() []wantedField {
	var out []wantedField
	add := func(field string, p *string) {
		if p != nil {
			out = append(out, wantedField{field, *p})
		}
	}
	add(FieldAssignee, w.Assign)
	add(FieldPriority, w.Priority)
	add(FieldStatus, w.Status)
	for f, v := range w.Fields {
		out = append(out, wantedField{f, v})
	}
	slices.SortFunc(out, func(a, b wantedField) int { return strings.Compare(a.field, b.field) })
	return out
}

// done reports whether an event of ours after before set the field to the wanted value: then it was done, and
// whoever changed it since has won.
func (f wantedField) done(account string, before, after History) bool {
	exactly := func(to []string, wanted string) bool { return len(to) == 1 && to[0] == wanted }
	return f.changedTo(exactly, account, before, after)
}

// changedTo is done, with a comparison of its own.
func (f wantedField) changedTo(
	same func(to []string, wanted string) bool, account string, before, after History,
) bool {
	known := make(map[string]bool, len(before.Events))
	for _, e := range before.Events {
		known[e.ID] = true
	}
	for _, e := range after.Events {
		if known[e.ID] || e.Author != account {
			continue
		}
		for _, c := range e.Changes {
			if c.Field == f.field && same(c.To, f.value) {
				return true
			}
		}
	}
	return false
}
