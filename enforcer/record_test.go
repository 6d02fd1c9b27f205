package enforcer_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slabridge/enforcer"
)

// TestStepIDs holds the public names of steps: they stand in comments of long ago, so they never change.
func TestStepIDs(t *testing.T) {
	key := enforcer.StepKey{
		Connection: "support", Issue: "17", Contract: "kamal", Obligation: "respond", Cycle: "created",
		Step: "due",
	}
	if got := key.ID(); got != "q238k7yd89as" {
		t.Errorf("%v is called %s", key, got)
	}
	seen := map[string]enforcer.StepKey{key.ID(): key}
	for _, change := range []func(*enforcer.StepKey){
		func(k *enforcer.StepKey) { k.Connection = "other" }, func(k *enforcer.StepKey) { k.Issue = "18" },
		func(k *enforcer.StepKey) { k.Contract = "other" }, func(k *enforcer.StepKey) { k.Obligation = "other" },
		func(k *enforcer.StepKey) { k.Cycle = "other" }, func(k *enforcer.StepKey) { k.Step = "other" },
		func(k *enforcer.StepKey) { k.Cycle, k.Step = "createddu", "e" }, // the same letters, parted elsewhere
		func(k *enforcer.StepKey) { k.Connection, k.Issue = "support1", "7" },
	} {
		other := key
		change(&other)
		if first, taken := seen[other.ID()]; taken {
			t.Errorf("%v and %v are both called %s", first, other, other.ID())
		}
		seen[other.ID()] = other
	}
}

// TestEntryOfADecision carries every word of a decision over.
func TestEntryOfADecision(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC) }
	d := enforcer.Decision{
		Key:    enforcer.StepKey{Connection: "c", Issue: "1", Contract: "k", Obligation: "o", Cycle: "created", Step: "due"},
		State:  enforcer.Waiting,
		Moment: at(9), Due: at(10), NotBefore: at(11), Audience: enforcer.Internal, Source: "п. 8", Severity: "critical",
		Breach: true,
		Reason: enforcer.Reason{Code: "due"}, Changes: enforcer.Changes{Comment: &enforcer.Comment{Text: "breach"}},
	}
	want := enforcer.Entry{
		ID: d.Key.ID(), Key: d.Key, State: enforcer.Waiting, Reason: d.Reason, NotBefore: at(11),
		Evidence: enforcer.Evidence{
			Severity: "critical", Source: "п. 8", Audience: enforcer.Internal, Breach: true, Moment: at(9), Due: at(10),
			DecidedAt: at(12),
			Changes:   d.Changes,
		},
	}
	if diff := cmp.Diff(want, d.Entry(at(12))); diff != "" {
		t.Error(diff)
	}
}

func TestOrdersToTakeBack(t *testing.T) {
	key := enforcer.StepKey{Connection: "c", Issue: "1", Contract: "k", Obligation: "o", Cycle: "created", Step: "due"}
	order := enforcer.Entry{Key: enforcer.RevertKey(key)}
	if step, ok := order.Reverts(); !ok || step != key || order.Key == key {
		t.Errorf("%v takes back %v: %v", order.Key, step, ok)
	}
	if _, ok := (&enforcer.Entry{Key: key}).Reverts(); ok {
		t.Error("an ordinary step takes another back")
	}
}

func TestVerdictsThatCannotBeRecorded(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	whole := enforcer.Verdict{
		Connection: "c", Contract: "k", Obligation: "o", Cycle: "created", State: enforcer.Met, Due: at,
		EndedAt: at.Add(time.Hour), JudgedAt: at.Add(2 * time.Hour),
	}
	for _, c := range []struct {
		name, want string
		change     func(*enforcer.Verdict)
	}{
		{"whole", "", func(*enforcer.Verdict) {}},
		{"no connection", "is incomplete", func(v *enforcer.Verdict) { v.Connection = "" }},
		{"no contract", "is incomplete", func(v *enforcer.Verdict) { v.Contract = "" }},
		{"no obligation", "is incomplete", func(v *enforcer.Verdict) { v.Obligation = "" }},
		{"no cycle", "is incomplete", func(v *enforcer.Verdict) { v.Cycle = "" }},
		{"met without an end", "met without an end", func(v *enforcer.Verdict) { v.EndedAt = time.Time{} }},
		{
			"cancelled without an end", "cancelled without an end", func(v *enforcer.Verdict) {
				v.State, v.EndedAt = enforcer.Cancelled, time.Time{}
			},
		},
		{"cancelled", "", func(v *enforcer.Verdict) { v.State = enforcer.Cancelled }},
		{"a breach that goes on", "", func(v *enforcer.Verdict) { v.State, v.EndedAt = enforcer.Breached, time.Time{} }},
		{"a check that was broken", "", func(v *enforcer.Verdict) { v.State, v.Due = enforcer.Breached, time.Time{} }},
		{
			"a breach at no time", "without a due and without an end", func(v *enforcer.Verdict) {
				v.State, v.Due, v.EndedAt = enforcer.Breached, time.Time{}, time.Time{}
			},
		},
		{"taken back", "", func(v *enforcer.Verdict) { v.State, v.EndedAt = enforcer.Running, time.Time{} }},
		{"paused", `"paused" is no verdict`, func(v *enforcer.Verdict) { v.State = enforcer.Paused }},
	} {
		v := whole
		c.change(&v)
		if err := v.Valid(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for want, change := range map[time.Time]func(*enforcer.Verdict){
		whole.EndedAt: func(*enforcer.Verdict) {}, whole.Due: func(v *enforcer.Verdict) { v.State = enforcer.Breached },
		whole.JudgedAt: func(v *enforcer.Verdict) { v.State = enforcer.Running },
		whole.EndedAt.Add(1): func(v *enforcer.Verdict) {
			v.State, v.Due, v.EndedAt = enforcer.Breached, time.Time{}, v.EndedAt.Add(1)
		},
	} {
		v := whole
		if change(&v); !v.Reached().Equal(want) {
			t.Errorf("%s is reached at %s, want %s", v.State, v.Reached(), want)
		}
	}
	if got := whole.String(); got != "k o/created of issue " {
		t.Errorf("in errors it is %q", got)
	}
}

// TestLatestVerdicts keeps the last record of each cycle, and hands an error over at once.
func TestLatestVerdicts(t *testing.T) {
	records := []enforcer.Verdict{
		{Cycle: "a", Number: 1},
		{Cycle: "a", Number: 2},
		{Cycle: "b", Number: 1},
		{Cycle: "c", Number: 1},
		{Cycle: "c", Number: 2},
	}
	list := func(fault error, stop int) string {
		got := ""
		for v, err := range enforcer.Latest(func(yield func(enforcer.Verdict, error) bool) {
			for _, v := range records {
				if !yield(v, nil) {
					return
				}
			}
			if fault != nil {
				yield(enforcer.Verdict{}, fault)
			}
		}) {
			if err != nil {
				return got + err.Error()
			}
			if got += fmt.Sprint(v.Cycle, v.Number, " "); len(got) >= stop {
				return got
			}
		}
		return got
	}
	if got := list(nil, 100); got != "a2 b1 c2 " {
		t.Errorf("the last of each: %s", got)
	}
	if got := list(errors.New("unreadable"), 100); got != "a2 b1 unreadable" {
		t.Errorf("with an error in the end: %s", got)
	}
	if got := list(nil, 1); got != "a2 " {
		t.Errorf("stopped after the first: %s", got)
	}
}

// TestConditionsInWords says every condition as people read it.
func TestConditionsInWords(t *testing.T) {
	staff := []enforcer.Role{enforcer.Support, enforcer.Developers, enforcer.Management}
	for want, c := range map[string]enforcer.Condition{
		"the receipt": {Word: enforcer.WordReceived},
		"a response: a public comment of staff, or work begun": {Word: enforcer.WordResponse},
		"work begun by a status alone":                         {Word: enforcer.WordResponse, Silent: true},
		"a response, and someone has the request":              {Word: enforcer.WordResponse, Assigned: true},
		"a public comment by staff": {
			Word: enforcer.WordNote, Audience: enforcer.Public,
		},
		"a public comment by staff, slabridge": {
			Word: enforcer.WordNote, Audience: enforcer.Public, By: append(staff, enforcer.Bot),
		},
		"an internal comment by customer": {
			Word: enforcer.WordNote, Audience: enforcer.Internal, By: []enforcer.Role{enforcer.Customer},
		},
		"any comment by slabridge (confirm/start)": {
			Word: enforcer.WordNote, By: []enforcer.Role{enforcer.Bot}, Step: "confirm/start",
		},
		"the resolution":                       {Word: enforcer.WordResolved},
		"the resolution, told to the customer": {Word: enforcer.WordResolved, Audience: enforcer.Public},
		"status class: working, new": {
			Word: enforcer.WordStatus, Classes: []enforcer.StatusClass{enforcer.Working, enforcer.New},
		},
		"an assignee":                    {Word: enforcer.WordAssignee},
		"an assignee of role developers": {Word: enforcer.WordAssignee, Role: enforcer.Developers},
		"nobody has it":                  {Word: enforcer.WordUnassigned},
		"field arrived is filled":        {Word: enforcer.WordField, Field: "arrived"},
		"the priority is the top one":    {Word: enforcer.WordPriority},
		"staff set a due date":           {Word: enforcer.WordDueDate},
		"staff set a due date and told the customer, who agreed (field agreed, filled since)": {
			Word: enforcer.WordDueDate, Field: "agreed", Told: true,
		},
		"staff set a due date and told the customer": {Word: enforcer.WordDueDate, Told: true},
		"a file is attached that field report finds": {
			Word: enforcer.WordAttachment, Field: "report",
		},
		"a file attached by customer": {
			Word: enforcer.WordAttachment, By: []enforcer.Role{enforcer.Customer},
		},
		"booked time":                                        {Word: enforcer.WordTimeEntry},
		"booked time of kind call":                           {Word: enforcer.WordTimeEntry, Activity: "call"},
		"every mapped item is there":                         {Word: enforcer.WordComplete},
		"the contract is valid and its plan covers the work": {Word: enforcer.WordEntitled},
		"a period begins":                                    {Word: enforcer.WordPeriod},
		"the issue made for it is closed":                    {Word: enforcer.WordDone},
		"no such word":                                       {Word: "no such word"},
	} {
		text := c.Text()
		if text.In("en") != want {
			t.Errorf("got %q, want %q", text.In("en"), want)
		}
		if c.Word != "no such word" && (text.In("ru") == "" || text.In("ru") == want) {
			t.Errorf("%q has no Russian", want)
		}
	}
	// whether it may start on a closed request, needs internal comments, needs booked time
	for word, want := range map[enforcer.Word]string{
		enforcer.WordResolved: "true false false", enforcer.WordNote: "false true false",
		enforcer.WordTimeEntry: "true false true",
		enforcer.WordReceived:  "false false false", enforcer.WordField: "false false false",
	} {
		c := enforcer.Condition{Word: word}
		if got := fmt.Sprint(c.StartsClosed(), c.ReadsInternal(), c.ReadsWork()); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
	if (enforcer.Condition{Word: enforcer.WordNote, Audience: enforcer.Public}).ReadsInternal() {
		t.Error("public comments need sight of internal ones")
	}
}

// TestActionsInWords says every action as people read it, and what makes it needless.
func TestActionsInWords(t *testing.T) {
	say := func(a enforcer.Actions) string {
		var parts []string
		for _, text := range a.Texts() {
			parts = append(parts, text.In("en"))
		}
		return strings.Join(parts, ", ")
	}
	all := enforcer.Actions{
		Assign: enforcer.Support, Duty: true, Priority: enforcer.PriorityUp,
		Watch: enforcer.Management, Action: enforcer.ActionClose,
	}
	if got, want := say(all), "assign the duty person of support, priority up, add watchers: management, closes the "+
		"request"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := say(all.Asked(true)), "add watchers: management, closes the request"; got != want {
		t.Errorf("after a broken cycle: got %q, want %q", got, want)
	}
	if got, want := say(all.Asked(false)), say(all); got != want {
		t.Errorf("in the first: got %q, want %q", got, want)
	}
	if got, want := say(enforcer.Actions{
		Assign: enforcer.Developers,
		Action: enforcer.ActionReopen,
	}), "assign the lead of developers, reopens the request"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	assign := func(r enforcer.Role) enforcer.Actions { return enforcer.Actions{Assign: r} }
	priority := func(p string) enforcer.Actions { return enforcer.Actions{Priority: p} }
	for _, c := range []struct {
		made, others enforcer.Actions
		covers       bool
	}{
		{enforcer.Actions{}, enforcer.Actions{}, true},
		{enforcer.Actions{}, assign(enforcer.Support), false},
		{assign(enforcer.Developers), assign(enforcer.Support), true},
		{assign(enforcer.Support), assign(enforcer.Support), true},
		{assign(enforcer.Support), assign(enforcer.Developers), false},
		{priority(enforcer.PriorityTop), priority(enforcer.PriorityUp), true},
		{priority(enforcer.PriorityUp), priority(enforcer.PriorityUp), true},
		{priority(enforcer.PriorityUp), priority(enforcer.PriorityTop), false},
		{enforcer.Actions{Watch: enforcer.Support}, enforcer.Actions{Watch: enforcer.Support}, true},
		{enforcer.Actions{Watch: enforcer.Support}, enforcer.Actions{Watch: enforcer.Management}, false},
		{enforcer.Actions{Action: enforcer.ActionClose}, enforcer.Actions{Action: enforcer.ActionClose}, false},
	} {
		if got := c.made.Cover(&c.others); got != c.covers {
			t.Errorf("%q covers %q: %v", say(c.made), say(c.others), got)
		}
	}
	for class, a := range map[enforcer.StatusClass]enforcer.Actions{
		enforcer.Closed: {Action: enforcer.ActionClose}, enforcer.Working: {Action: enforcer.ActionReopen},
		"": {Action: enforcer.ActionCreate, Assign: enforcer.Support},
	} {
		if got := a.Class(); got != class {
			t.Errorf("%q gives class %q, want %q", say(a), got, class)
		}
	}
}

// TestEntryStates lists what may become of what: all else is refused.
func TestEntryStates(t *testing.T) {
	var got []string
	for _, from := range append([]enforcer.EntryState{""}, enforcer.EntryStates...) {
		line := string(from) + ":"
		for _, to := range enforcer.EntryStates {
			if from.Can(to) {
				line += " " + string(to)
			}
		}
		got = append(got, line)
	}
	want := []string{
		": intended waiting held past overtaken needless",
		"intended: waiting held sent past overtaken needless withdrawn",
		"waiting: intended waiting held sent past overtaken needless withdrawn",
		"held: intended waiting past overtaken needless withdrawn",
		"sent: intended sent done refused",
		"done:",
		"refused: intended",
		"past:", "overtaken:",
		"needless: intended waiting held past",
		"withdrawn: intended waiting held past",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
