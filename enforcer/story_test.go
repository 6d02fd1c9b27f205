package enforcer_test

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/config"
	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/enforcer/decide"
)

var update = flag.Bool("update", false, "rewrite the expected part of the stories")

// TestStories plays every file of testdata/stories: people act at the times given, slabridge wakes at each of
// these moments and whenever an evaluation says so, and its own writes come back as moments. What it wrote and
// where each cycle stood at the end is held against the part of the file below the line.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, want, _ := strings.Cut(string(text), "\n----\n")
			got := play(t, head)
			if *update {
				if err := os.WriteFile(file, []byte(head+"\n----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("the story went differently; got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// story is one request being played.
type story struct {
	t        *testing.T
	contract *enforcer.Contract
	other    *enforcer.Contract // that has the request whenever this one has not; nil for none
	request  enforcer.Request
	until    time.Time
	line     enforcer.Cutover
	settled  map[enforcer.StepKey]bool
	acts     map[enforcer.StepKey]enforcer.Act // what escalations carried out
	pending  map[enforcer.StepKey]enforcer.EntryState
	down     [2]time.Time // slabridge does not run in between
	waits    []time.Time  // openings that internal steps wait for
	n        int
	tells    bool
	out      strings.Builder
}

func play(t *testing.T, head string) string {
	s := &story{
		t: t, settled: map[enforcer.StepKey]bool{}, pending: map[enforcer.StepKey]enforcer.EntryState{},
		acts: map[enforcer.StepKey]enforcer.Act{},
	}
	s.request = enforcer.Request{Connection: "test", Issue: "1", Key: "#1"}
	type act struct {
		at    time.Time
		words []string
	}
	var acts []act
	lines := bufio.NewScanner(strings.NewReader(head))
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case words[0] == "contract":
			c, err := config.Preset(words[1])
			if err != nil {
				t.Fatal(err)
			}
			s.contract = c
			s.items(c, nil)
		case words[0] == "before": // another contract has it whenever this one has not: before vendor
			c, err := config.Preset(words[1])
			if err != nil {
				t.Fatal(err)
			}
			s.other = c
			for i := range c.Obligations {
				c.Obligations[i].Off = c.Obligations[i].Off || c.Obligations[i].Items != nil
			}
		case words[0] == "within": // another term for one severity: within respond critical 20m
			within, err := calendar.ParseTerm(words[3])
			if err != nil {
				t.Fatal(err)
			}
			s.contract.Obligation(words[1]).Rule(words[2]).Within = &within
		case words[0] == "tell": // the reasons, the words and the arithmetic too
			s.tells = true
		case words[0] == "mapped": // items and fields; without this line none is
			s.items(s.contract, words[1:])
		case words[0] == "on":
			s.contract.Obligation(words[1]).Off = false
			for i := range s.contract.Obligations {
				if o := &s.contract.Obligations[i]; o.Unless == words[1] {
					o.Off = true
				}
			}
		case words[0] == "plan":
			s.contract.Plan = words[1]
		case words[0] == "valid":
			s.contract.ValidFrom, s.contract.ValidTo = s.time(words[1:4]), s.time(words[4:7])
		case words[0] == "repeat": // with another term, so that it repeats often
			within, err := calendar.ParseTerm(words[2])
			if err != nil {
				t.Fatal(err)
			}
			for i := range s.contract.Obligation(words[1]).Rules {
				s.contract.Obligation(words[1]).Rules[i].Within = &within
			}
		case words[0] == "pause":
			s.contract.Obligation(words[1]).Pause = []enforcer.StatusClass{enforcer.StatusClass(words[2])}
		case words[0] == "hours": // others than the contract's: hours Mon-Fri 22:00-06:00 RU
			week, err := calendar.ParseWeek(strings.Join(words[1:len(words)-1], " "))
			if err != nil {
				t.Fatal(err)
			}
			days, err := config.BuiltinDays(words[len(words)-1])
			if err != nil {
				t.Fatal(err)
			}
			s.contract.Calendar, err = calendar.Compile(calendar.Spec{
				ID: "own", Zone: s.contract.Zone().String(), Week: week, Days: days,
			})
			if err != nil {
				t.Fatal(err)
			}
		case words[0] == "reopen":
			s.contract.Reopen = words[1]
		case words[0] == "enforce-from":
			s.line.EnforceFrom = s.time(words[1:4])
		case words[0] == "outage":
			s.down = [2]time.Time{s.time(words[1:4]), s.time(words[4:7])}
		case words[0] == "until":
			s.until = s.time(words[1:4])
		default:
			acts = append(acts, act{s.time(words[:3]), words[3:]})
		}
	}
	for _, a := range acts {
		s.wakeUntil(a.at)
		s.act(a.at, a.words)
		s.pass(a.at)
	}
	s.wakeUntil(s.until.Add(time.Second))
	s.report()
	return s.out.String()
}

// items leaves an obligation those of its items that are mapped, and turns it off where none is.
func (s *story) items(c *enforcer.Contract, mapped []string) {
	preset, err := config.Preset(c.Preset)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range c.Obligations {
		c.Obligations[i].Stop = slices.Clone(preset.Obligations[i].Stop)
		for j := range c.Obligations[i].Stop {
			if stop := &c.Obligations[i].Stop[j]; stop.Word == enforcer.WordDueDate && !slices.Contains(mapped, stop.Field) {
				stop.Field = ""
			}
		}
		if o := &c.Obligations[i]; o.Items != nil {
			o.Items = slices.DeleteFunc(slices.Clone(preset.Obligations[i].Items), func(item enforcer.Item) bool {
				return !slices.Contains(mapped, item.ID)
			})
			o.Off = len(mapped) == 0
		}
	}
}

func (s *story) time(w []string) time.Time {
	s.t.Helper()
	layout := "2006-01-02 15:04:05"
	clock := w[2]
	if len(clock) == 5 {
		clock += ":00"
	}
	at, err := time.ParseInLocation(layout, w[1]+" "+clock, s.contract.Zone())
	if err != nil {
		s.t.Fatal(err)
	}
	if day := at.Format("Mon"); day != w[0] {
		s.t.Fatalf("%s is a %s, not a %s", w[1], day, w[0])
	}
	return at
}

func person(role string) enforcer.Person {
	if role == "stranger" {
		return enforcer.Person{ID: "stranger"}
	}
	return enforcer.Person{ID: role, Name: role, Role: enforcer.Role(role)}
}

// act appends what a person did: "status working note public by support".
func (s *story) act(at time.Time, w []string) {
	m := enforcer.Moment{At: at}
	if n := len(s.request.Moments); n > 0 {
		m.State = s.request.Moments[n-1].State
		s.n++
		m.Event = fmt.Sprintf("journal:%d", s.n)
	} else {
		m.Event, m.StatusSet = "created", true
		m.State = enforcer.State{
			Covered: true, Status: enforcer.New, Priority: 1, Fields: map[string]string{}, Times: map[string]time.Time{},
		}
		s.request.CreatedAt, s.request.ReceivedAt = at, at
	}
	m.State.Fields, m.State.Times = maps.Clone(m.State.Fields), maps.Clone(m.State.Times)
	dated := ""
	for i := 0; i < len(w); i++ {
		next := func() string { i++; return w[i] }
		switch w[i] {
		case "field":
			m.State.Fields[next()] = "yes"
		case "clear":
			id := next()
			delete(m.State.Fields, id)
			delete(m.State.Times, id)
		case "moment": // a mapped field that names a moment: moment arrived Mon 2026-03-16 14:00
			id := next()
			m.State.Fields[id], m.State.Times[id] = "yes", s.time(w[i+1:i+4])
			i += 3
		case "due-date":
			if dated = next(); dated == "none" {
				dated = ""
			}
			m.State.DueDate = dated
		case "attach":
			m.Attached = true
			if id := next(); id != "any" {
				m.State.Attached = append(slices.Clone(m.State.Attached), id)
			}
		case "work":
			spent, err := time.ParseDuration(w[i+2])
			if err != nil {
				s.t.Fatal(err)
			}
			m.Work = &enforcer.Work{Activity: w[i+1], Spent: spent, On: at.Format(time.DateOnly)}
			i += 2
		case "needs-plan":
			m.State.NeedsPlan = next()
		case "top":
			m.State.PriorityTop = true
		case "nobody":
			m.State.Assignee = enforcer.Person{}
		case "created", "severity":
			m.State.Severity = next()
		case "by":
			m.By = person(next())
			if m.State.DueDate == dated && dated != "" {
				m.State.DueDateBy = m.By
			}
		case "note":
			m.Note = enforcer.Audience(next())
		case "step": // of our own comment: step acknowledge/start
			m.Steps = append(m.Steps, next())
		case "auto":
			m.AutoReply = true
		case "on-behalf":
			m.OnBehalf = true
		case "status":
			m.State.Status, m.StatusSet = enforcer.StatusClass(next()), true
		case "assign":
			m.State.Assignee = person(next())
		case "duplicate":
			m.Duplicate = true
		case "leaves":
			m.State.Covered = false
		case "enters":
			m.State.Covered = true
		case "project":
			m.State.Project = next()
		case "received":
			s.request.ReceivedAt = s.time(w[i+1 : i+4])
			i += 3
		case "after-hours":
			m.State.Fields[enforcer.FieldAfterHours] = "yes"
		case "hold":
			s.request.Hold = "label"
		case "unhold":
			s.request.Hold = ""
		case "agree": // ledger agree: agree 2026-03-25
			m.Agreed = &enforcer.Agreement{Date: next(), At: at, By: "admin", Reason: "by phone"}
			m.Event, m.By = enforcer.AgreementEvent+at.Format("15:04"), enforcer.Person{Name: "admin"}
		case "deleted":
			s.request.GoneAt = at
			return
		default:
			s.t.Fatalf("the story has no word %q", w[i])
		}
	}
	s.request.Moments = append(s.request.Moments, m)
}

// wakeUntil passes at every moment at which time alone acts, before t.
func (s *story) wakeUntil(t time.Time) {
	for range 10_000 {
		if len(s.request.Moments) == 0 {
			return
		}
		ev := s.evaluate(s.request.Moments[len(s.request.Moments)-1].At)
		if s.line.PassedAt.After(ev.Now) {
			ev = s.evaluate(s.line.PassedAt)
		}
		if wake := ev.Next; !wake.IsZero() && !wake.Before(s.down[0]) && wake.Before(s.down[1]) {
			if !s.down[1].Before(t) { // people act in the meantime
				return
			}
			s.pass(s.down[1])
			continue
		}
		next := ev.Next
		if len(s.waits) > 0 && (next.IsZero() || s.waits[0].Before(next)) {
			next = s.waits[0]
			s.waits = s.waits[1:]
		}
		if next.IsZero() || !next.Before(t) {
			return
		}
		s.pass(next)
	}
	s.t.Fatal("the story does not end")
}

func (s *story) evaluate(now time.Time) enforcer.Evaluation {
	s.t.Helper()
	ev := enforcer.Evaluate(s.contract, s.moved(now), now)
	ev.Escalate(enforcer.Escalations{Watched: s.line.EnforceFrom, Acts: s.acts})
	return ev
}

// moved gives the request with what the other contract had of it whenever staff moved it to this one.
func (s *story) moved(now time.Time) *enforcer.Request {
	r := s.request
	for _, i := range enforcer.EnteredByStaff(&r) {
		if s.other == nil || r.Moments[i].At.After(now) {
			continue
		}
		before := r
		before.Left, before.Moments = nil, slices.Clone(r.Moments[:i])
		for k := range before.Moments {
			before.Moments[k].State.Covered = !before.Moments[k].State.Covered
		}
		ev := enforcer.Evaluate(s.other, &before, r.Moments[i].At)
		r.Left = append(r.Left, enforcer.Left{Event: r.Moments[i].Event, Cycles: ev.Cycles})
	}
	return &r
}

// pass decides as of now, notes what would be written, and lets our own writes come back as moments.
func (s *story) pass(now time.Time) {
	s.t.Helper()
	if !now.Before(s.down[0]) && now.Before(s.down[1]) {
		return
	}
	ds := decide.Steps(s.evaluate(now), func(k enforcer.StepKey) enforcer.StepRecord {
		switch {
		case s.settled[k]:
			return enforcer.StepRecord{State: enforcer.Done}
		case s.pending[k] != "":
			return enforcer.StepRecord{State: enforcer.Intended}
		}
		return enforcer.StepRecord{}
	}, s.line)
	for _, d := range ds {
		if s.pending[d.Key] != d.State {
			s.say(now, d)
		}
		if d.State == enforcer.Waiting || d.State == enforcer.Held {
			s.pending[d.Key] = d.State
			s.wait(d.NotBefore)
			continue
		}
		if s.settled[d.Key] {
			s.t.Errorf("%v is decided twice", d.Key)
		}
		s.settled[d.Key] = true
		if d.State == enforcer.Intended {
			s.echo(now, d)
		}
	}
	s.line.PassedAt = now
}

func (s *story) wait(until time.Time) {
	if !until.IsZero() && !slices.Contains(s.waits, until) {
		s.waits = append(s.waits, until)
		slices.SortFunc(s.waits, time.Time.Compare)
	}
}

// verbs are the story's words for what is to become of a step.
var verbs = map[enforcer.EntryState]string{enforcer.Intended: "act", enforcer.Waiting: "wait", enforcer.Held: "hold"}

func (s *story) say(now time.Time, d enforcer.Decision) {
	step := d.Key.Obligation + "/" + d.Key.Step
	fmt.Fprintf(&s.out, "%s  %-9s %-8s %s", s.stamp(now), cmp.Or(verbs[d.State], string(d.State)), d.Audience, step)
	if c := d.Changes.Comment; c != nil {
		fmt.Fprintf(&s.out, " says %s", c.Text)
		if !c.BeginBy.IsZero() {
			fmt.Fprintf(&s.out, " (work begins by %s)", s.stamp(c.BeginBy))
		}
	}
	assigns := string(d.Changes.Assign)
	if d.Changes.Duty {
		assigns = "who is on duty"
	}
	for _, x := range [][2]string{
		{"assigns", assigns},
		{"priority", d.Changes.Priority},
		{"adds", string(d.Changes.Watch)},
		{"action", d.Changes.Action},
	} {
		if x[1] != "" {
			fmt.Fprintf(&s.out, ", %s %s", x[0], x[1])
		}
	}
	if d.State != enforcer.Intended {
		fmt.Fprintf(&s.out, ": %s", d.Reason.Text.In("en"))
	}
	s.out.WriteString("\n")
	if s.tells {
		s.tellDecision(d)
	}
}

func (s *story) stamp(t time.Time) string {
	return t.In(s.contract.Zone()).Format("Mon 2006-01-02 15:04:05")
}

func (s *story) echo(now time.Time, d enforcer.Decision) {
	m := enforcer.Moment{At: now, By: person("bot"), State: s.request.State()}
	s.n++
	m.Event = fmt.Sprintf("journal:%d", s.n)
	if c := d.Changes.Comment; c != nil {
		m.Note, m.Steps = c.Audience, []string{d.Key.Obligation + "/" + d.Key.Step}
	}
	if role := d.Changes.Assign; role.Rank() > m.State.Assignee.Role.Rank() {
		m.State.Assignee = person(string(role))
	}
	if role := d.Changes.Assign; role == "" || m.State.Assignee.Role == role {
		s.acts[d.Key] = enforcer.Act{At: now, Event: m.Event, By: m.By}
	}
	switch d.Changes.Action {
	case enforcer.ActionClose:
		m.State.Status, m.StatusSet = enforcer.Closed, true
	case enforcer.ActionReopen:
		m.State.Status, m.StatusSet = enforcer.Working, true
	}
	if d.Changes.Priority == enforcer.PriorityTop {
		m.State.PriorityTop = true
	}
	s.request.Moments = append(s.request.Moments, m)
}

func (s *story) report() {
	ev := s.evaluate(s.until)
	fmt.Fprintf(&s.out, "cycles at %s\n", s.stamp(s.until))
	for _, c := range ev.Cycles {
		fmt.Fprintf(&s.out, "%-20s %-12s %-9s", c.Obligation.ID, c.ID, c.State)
		if !c.Due.IsZero() {
			fmt.Fprintf(&s.out, " due %s", s.stamp(c.Due))
		}
		if !c.EndedAt.IsZero() {
			fmt.Fprintf(&s.out, " ended %s %s %s", s.stamp(c.EndedAt), c.EndWhy, c.EndEvent)
		}
		for _, m := range c.Moves {
			fmt.Fprintf(&s.out, " moved %s..%s by %s", m.From, m.To, m.By.Role)
			switch {
			case m.Past:
				s.out.WriteString(" (in the past)")
			case m.Binding.IsZero():
				s.out.WriteString(" (not agreed)")
			}
		}
		if c.Date != "" && c.EndWhy != enforcer.PastDate {
			fmt.Fprintf(&s.out, " by %s, consent: %s", c.Date, cmp.Or(string(c.Rests.Kind), "not recorded"))
		}
		if c.SetLate() {
			s.out.WriteString(" (set after that day's close)")
		}
		for _, p := range c.Pauses {
			fmt.Fprintf(&s.out, " paused %s..", s.stamp(p.From))
			if !p.To.IsZero() {
				s.out.WriteString(s.stamp(p.To))
			}
		}
		if c.Unjudged != nil {
			fmt.Fprintf(&s.out, " because %v", c.Unjudged)
		}
		s.out.WriteString("\n")
		if s.tells {
			s.tellCycle(&ev, &c)
		}
	}
	if s.tells {
		s.tellRequest(&ev)
	}
}

// TestCyclesOfAnyPrefix holds three laws over every story, cut at every moment: evaluating is repeatable, a
// cycle's identity never changes as time passes, and no obligation has two cycles of one name.
func TestCyclesOfAnyPrefix(t *testing.T) {
	files, _ := filepath.Glob("testdata/stories/*.txt")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(string(text), "\n----\n")
		if first, second := play(t, head), play(t, head); first != second {
			t.Errorf("%s: two runs differ", file)
		}
	}
}
