package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/config"
)

// A story of testdata/contracts is one contract over a quarter, one of testdata/combinations several rules that meet on
// one request, told so that whoever answers for the contract can read it. Its head says what an installation needs; a
// block "beside:" is another contract on the same project. Then come the acts of people, each at its moment in the
// contract's zone:
//
//	Mon 2026-01-12 10:00     customer1 creates #1 "Nobody can log in" Severity=critical
//	Mon 2026-01-12 10:15     support1 on #1 says "We see it." status="In Progress" assignee=support1
//	Tue 2026-03-31 18:00     end
//
// Under an act, indented, stands what slabridge must do from then until the next one: nothing else, and all of it.
// Under the end stand the verdicts. The indented lines are rewritten by -update, and their diff is to be read.
//
// What people do: creates #N "subject", on #N, says "to everybody", confides "to staff alone", NAME=VALUE (status,
// assignee, priority, due, tracker, project, subject, text, or a field of the tracker), attaches FILE, books 40m
// ACTIVITY, duplicates #M, edits NOTE "text", deletes, records "how the customer agreed to the due date" (slabridge
// ledger agree). NOTE is the note's number on the page, as in "note-3".
// #0 is a request from before the story, #D1 the first issue that slabridge made itself. NAME=none empties. Unless it
// is told otherwise (text=none), a request is described in the words of its subject.
type contractStory struct {
	contract string // a preset
	language string // of the comments
	starts   time.Time
	people   []storyPerson
	fields   []string    // of issues, texts, that the tracker must have
	works    []string    // kinds of work, likewise
	rights   [][2]string // role, permission
	mapping  []string    // lines of the configuration, below the mapping's own
	terms    []string    // likewise below the contract's
	beside   []string    // another contract on the same project
	acts     []storyAct
	head     []string // as written
	zone     *time.Location
}

type storyPerson struct{ login, role string }

// storyAct is what one person does at a moment.
type storyAct struct {
	above   []string // blank lines and comments over it
	line    string   // as written
	at      time.Time
	who     string
	issue   string // as the story names it: "#1"
	does    deed
	expects []string
}

// deed is everything that one line says of an act; what is empty is not done.
type deed struct {
	end, creates, deletes bool
	subject               string
	note                  string
	private               bool
	sets                  [][2]string
	attaches              string
	books                 time.Duration
	activity              string
	duplicates            string
	edits                 int
	edited                string
	records               string
}

const (
	storyMoment = "Mon 2006-01-02 15:04:05"
	storyIndent = "    "
)

var (
	actLine = regexp.MustCompile(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d `)
	word    = regexp.MustCompile(`(?:"[^"]*"|[^\s"])+`)
)

// readStory reads a file of testdata/contracts.
func readStory(t testing.TB, file string) *contractStory {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := parseStory(string(raw))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return s
}

func parseStory(text string) (*contractStory, error) {
	s := &contractStory{language: "ru"}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	n, err := s.readHead(lines)
	if err == nil {
		err = s.readActs(lines[n:])
	}
	return s, err
}

// readHead gives how many lines the head has.
func (s *contractStory) readHead(lines []string) (int, error) {
	var block *[]string
	for n, line := range lines {
		if actLine.MatchString(line) {
			for n > 0 && (lines[n-1] == "" || strings.HasPrefix(lines[n-1], "#")) && len(s.head) > 0 {
				n, s.head = n-1, s.head[:len(s.head)-1] // what stands directly above the first act belongs to it
			}
			return n, nil
		}
		s.head = append(s.head, line)
		if strings.HasPrefix(line, storyIndent) && block != nil {
			*block = append(*block, line)
			continue
		}
		var err error
		if block, err = s.headLine(tokens(line)); err != nil {
			return 0, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return 0, fmt.Errorf("nobody does anything")
}

// headLine takes one line of the head, and gives the block that it opens.
func (s *contractStory) headLine(w []string) (block *[]string, err error) {
	if len(w) == 0 || strings.HasPrefix(w[0], "#") {
		return nil, nil
	}
	switch args := w[1:]; {
	case w[0] == "contract" && len(args) == 1:
		c, err := config.Preset(args[0])
		if err != nil {
			return nil, err
		}
		s.contract, s.zone = args[0], c.Zone()
	case w[0] == "language" && len(args) == 1:
		s.language = args[0]
	case w[0] == "starts" && len(args) == 3:
		s.starts, err = s.moment(args)
	case w[0] == "person" && len(args) == 2:
		s.people = append(s.people, storyPerson{args[0], args[1]})
	case w[0] == "field" && len(args) == 1:
		s.fields = append(s.fields, args[0])
	case w[0] == "activity" && len(args) == 1:
		s.works = append(s.works, args[0])
	case w[0] == "right" && len(args) == 2:
		s.rights = append(s.rights, [2]string{args[0], args[1]})
	case w[0] == "mapping:":
		return &s.mapping, nil
	case w[0] == "contract:":
		return &s.terms, nil
	case w[0] == "beside:": // what it is used and called by, and for what, comes in the block
		return &s.beside, nil
	default:
		err = fmt.Errorf("the head of a story has no line %q", strings.Join(w, " "))
	}
	return nil, err
}

func (s *contractStory) readActs(lines []string) error {
	var above []string
	made := 0
	for _, line := range lines {
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			above = append(above, line)
			continue
		case strings.HasPrefix(line, storyIndent) && len(s.acts) > 0 && above == nil:
			last := &s.acts[len(s.acts)-1]
			last.expects = append(last.expects, line)
			continue
		}
		a := storyAct{above: above, line: line}
		above = nil
		if err := s.readAct(&a); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		if n := len(s.acts); n > 0 && !a.at.After(s.acts[n-1].at.Add(time.Second)) {
			return fmt.Errorf("%q: does not come at least two seconds after the act before it", line)
		}
		if a.does.creates {
			if made++; a.issue != fmt.Sprintf("#%d", made) {
				return fmt.Errorf("%q: the next request is #%d", line, made)
			}
		}
		s.acts = append(s.acts, a)
	}
	if n := len(s.acts); n == 0 || !s.acts[n-1].does.end {
		return fmt.Errorf("the last act must be the end")
	}
	return nil
}

func (s *contractStory) readAct(a *storyAct) (err error) {
	w := tokens(a.line)
	if len(w) < 4 {
		return fmt.Errorf("is too short")
	}
	if a.at, err = s.moment(w[:3]); err != nil {
		return err
	}
	if w[3] == "end" {
		a.does.end = true
		return nil
	}
	if len(w) < 6 || (w[4] != "creates" && w[4] != "on") {
		return fmt.Errorf("write WHO creates #N or WHO on #N")
	}
	a.who, a.does.creates = w[3], w[4] == "creates"
	a.issue = w[5]
	rest := w[6:]
	if a.does.creates && len(rest) > 0 {
		a.does.subject, rest = rest[0], rest[1:]
	}
	return a.does.read(rest)
}

func (d *deed) read(w []string) (err error) {
	next := func() string {
		if len(w) == 0 {
			err = fmt.Errorf("ends too early")
			return ""
		}
		first := w[0]
		w = w[1:]
		return first
	}
	for len(w) > 0 && err == nil {
		switch verb := next(); verb {
		case "says":
			d.note = next()
		case "confides":
			d.note, d.private = next(), true
		case "attaches":
			d.attaches = next()
		case "books":
			if d.books, err = time.ParseDuration(next()); err == nil {
				d.activity = next()
			}
		case "duplicates":
			d.duplicates = next()
		case "edits":
			if d.edits, err = strconv.Atoi(next()); err == nil {
				d.edited = next()
			}
		case "deletes":
			d.deletes = true
		case "records":
			d.records = next()
		default:
			name, value, set := strings.Cut(verb, "=")
			if !set {
				return fmt.Errorf("people cannot %q", verb)
			}
			d.sets = append(d.sets, [2]string{name, value})
		}
	}
	return err
}

// tokens parts a line at its blanks, but for those in quotes, which are taken off.
func tokens(line string) []string {
	var out []string
	for _, w := range word.FindAllString(line, -1) {
		out = append(out, strings.ReplaceAll(w, `"`, ""))
	}
	return out
}

// moment reads "Mon 2026-01-12 10:15" or with seconds, and holds the day of the week against the date.
func (s *contractStory) moment(w []string) (time.Time, error) {
	if s.zone == nil {
		return time.Time{}, fmt.Errorf("a moment needs the contract's zone: name the contract first")
	}
	clock := w[2]
	if len(clock) == len("15:04") {
		clock += ":00"
	}
	at, err := time.ParseInLocation(time.DateTime, w[1]+" "+clock, s.zone)
	if err == nil && at.Format("Mon") != w[0] {
		err = fmt.Errorf("%s is a %s, not a %s", w[1], at.Format("Mon"), w[0])
	}
	return at, err
}

// text is the file again, with what was seen instead of what was expected.
func (s *contractStory) text(seen [][]string) string {
	lines := append([]string{}, s.head...)
	for i, a := range s.acts {
		lines = append(lines, a.above...)
		lines = append(lines, a.line)
		lines = append(lines, seen[i]...)
	}
	return strings.Join(lines, "\n") + "\n"
}
