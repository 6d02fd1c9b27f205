package main

import (
	"strings"

	"slabridge/enforcer"
)

// conditionText says in words what a condition waits for.
func (a *app) conditionText(c enforcer.Condition) string {
	switch c.Word {
	case enforcer.WordReceived:
		return a.t("the receipt")
	case enforcer.WordResponse:
		return a.responseText(c)
	case enforcer.WordNote:
		return a.noteText(c)
	case enforcer.WordResolved:
		if c.Audience != "" {
			return a.t("the resolution, told to the customer")
		}
		return a.t("the resolution")
	case enforcer.WordStatus:
		return a.tf("status class %s", strings.Join(plain(c.Classes), ", "))
	case enforcer.WordAssignee:
		if c.Role != "" {
			return a.tf("an assignee of role %s", c.Role)
		}
		return a.t("an assignee")
	case enforcer.WordUnassigned:
		return a.t("nobody has it")
	case enforcer.WordField:
		return a.tf("field %s is filled", c.Field)
	case enforcer.WordPriority:
		return a.t("the priority is the top one")
	case enforcer.WordDueDate:
		if c.Field != "" {
			return a.tf("staff set a due date, and field %s is filled where it is mapped", c.Field)
		}
		return a.t("staff set a due date")
	case enforcer.WordTimeEntry:
		if c.Activity != "" {
			return a.tf("booked time of kind %s", c.Activity)
		}
		return a.t("booked time")
	case enforcer.WordAttachment:
		if c.Field != "" {
			return a.tf("a file is attached that field %s finds", c.Field)
		}
		return a.tf("a file attached by %s", strings.Join(plain(c.By), ", "))
	case enforcer.WordComplete:
		return a.t("every mapped item is there")
	case enforcer.WordEntitled:
		return a.t("the contract is valid and its plan covers the work")
	case enforcer.WordPeriod:
		return a.t("a period begins")
	case enforcer.WordDone:
		return a.t("the issue made for it is closed")
	}
	return string(c.Word)
}

func (a *app) responseText(c enforcer.Condition) string {
	switch {
	case c.Silent:
		return a.t("work begun by a status alone")
	case c.Assigned:
		return a.t("a response, and someone has the request")
	}
	return a.t("a response: a public comment of staff, or work begun")
}

func (a *app) noteText(c enforcer.Condition) string {
	who := a.t("staff")
	switch {
	case c.Step != "":
		who = a.tf("slabridge (%s)", c.Step)
	case c.By != nil:
		who = a.whoText(c.By)
	}
	switch c.Audience {
	case enforcer.Public:
		return a.tf("a public comment by %s", who)
	case enforcer.Internal:
		return a.tf("an internal comment by %s", who)
	}
	return a.tf("any comment by %s", who)
}

// whoText names roles; the three of the provider are staff.
func (a *app) whoText(roles []enforcer.Role) string {
	var out []string
	staff := false
	for _, r := range roles {
		switch {
		case r.Staff() && !staff:
			out, staff = append(out, a.t("staff")), true
		case r.Staff():
		case r == enforcer.Bot:
			out = append(out, "slabridge")
		default:
			out = append(out, string(r))
		}
	}
	return strings.Join(out, ", ")
}

func plain[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// howKept says how an obligation is kept: what starts, stops and pauses its stopwatch.
type howKept struct {
	Starts []string `json:"starts"`
	Stops  []string `json:"stops,omitempty"`
	Pauses []string `json:"pauses,omitempty"`
	Accept []string `json:"accepts,omitempty"` // what makes a due date that was moved later the due
	Unless string   `json:"unless,omitempty"`
	Repeat bool     `json:"repeats,omitempty"`
	Once   bool     `json:"once,omitempty"`
	Agreed bool     `json:"agreed_due,omitempty"`
	Items  []string `json:"items,omitempty"`
}

func (a *app) keptHow(o *enforcer.Obligation) howKept {
	k := howKept{
		Starts: []string{a.conditionText(o.Start)}, Pauses: plain(o.Pause), Unless: o.Unless, Repeat: o.Repeat, Once: o.Once, Agreed: o.Agreed,
	}
	if o.Again != nil {
		k.Starts = append(k.Starts, a.conditionText(*o.Again))
	}
	for _, c := range o.Stop {
		k.Stops = append(k.Stops, a.conditionText(c))
	}
	for _, c := range o.Accept {
		k.Accept = append(k.Accept, a.conditionText(c))
	}
	for _, i := range o.Items {
		k.Items = append(k.Items, i.Title.In(a.lang))
	}
	return k
}

// printHow tells it in a few lines.
func (a *app) printHow(k *howKept) {
	line := func(label phrase, list []string) {
		if len(list) > 0 {
			a.wrap("  "+a.t(label)+": ", strings.Join(list, "; "))
		}
	}
	line(phrase("from"), k.Starts)
	line(phrase("until"), k.Stops)
	line(phrase("pauses in"), k.Pauses)
	line(phrase("a later date binds by"), k.Accept)
	line(phrase("items"), k.Items)
	var more []string
	for _, x := range []struct {
		is   bool
		what phrase
	}{
		{k.Repeat, phrase("again and again while the request is open")},
		{k.Once, phrase("not again when the request is reopened")},
		{k.Agreed, phrase("both sides may agree on another due (field agreed-due)")},
	} {
		if x.is {
			more = append(more, a.t(x.what))
		}
	}
	if k.Unless != "" {
		more = append(more, a.tf("%s takes its place where it is on", k.Unless))
	}
	if len(more) > 0 {
		a.wrap("  ", strings.Join(more, "; "))
	}
}
