package calendar_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer/calendar"
)

var update = flag.Bool("update", false, "write what the program answers into testdata")

// TestTables runs the deadline tables of testdata: what a notice received at a
// moment on the left is promised by, on the right of =>.
//
//	calendar KZ Asia/Almaty Mon-Fri 09:00-18:00
//	term 20m cutoff 17:30 -> 09:20
//	Fri 2024-03-15 17:29:00   =>  Fri 2024-03-15 17:49:00
//
// A moment may be followed by pauses, as `pause Mon 2024-03-18 10:00:00 ..
// Mon 2024-03-18 11:00:00`, and by `why ru` or `why en`, which puts the reasons
// on the lines below, after a bar. `second` takes the second of two moments
// that show the same local time. `term 3bd civil` and `term 2h always` are as
// in contracts; `before 1bd` and `percent 75` ask for a warning instead.
func TestTables(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 4 {
		t.Fatalf("deadline tables: %v, %v; want at least one for each contract", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := (&tableRunner{t: t}).run(string(data))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			wantLines, gotLines := strings.Split(string(data), "\n"), strings.Split(got, "\n")
			for i := range max(len(wantLines), len(gotLines)) {
				if i >= len(wantLines) || i >= len(gotLines) || wantLines[i] != gotLines[i] {
					t.Fatalf("%s:%d differs\n got: %s\nwant: %s", file, i+1,
						strings.Join(gotLines[min(i, len(gotLines)):min(i+3, len(gotLines))], "\n      "),
						strings.Join(wantLines[min(i, len(wantLines)):min(i+3, len(wantLines))], "\n      "))
				}
			}
		})
	}
}

type tableRunner struct {
	t    *testing.T
	cal  *calendar.Calendar
	term calendar.Term
	ask  string // "", "before" or "percent"
	n    int
	lead calendar.Term
}

// run answers every case of a table and returns the table with the answers.
func (r *tableRunner) run(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "    |"):
			continue // a reason; it is written anew
		case line == "" || word == "#":
		case word == "calendar":
			f := strings.SplitN(rest, " ", 3)
			r.cal = compile(r.t, f[0], f[1], f[2])
		case word == "term":
			r.term, r.ask = r.parseTerm(rest), ""
		case word == "before":
			r.ask, r.lead = word, r.parseTerm(rest)
		case word == "percent":
			r.ask = word
			if _, err := fmt.Sscan(rest, &r.n); err != nil {
				r.t.Fatalf("%q: %v", line, err)
			}
		default:
			out.WriteString(r.answer(line))
			continue
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

func (r *tableRunner) parseTerm(text string) calendar.Term {
	f := strings.Fields(text)
	term, err := calendar.ParseTerm(f[0])
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 1; i < len(f); i++ {
		switch f[i] {
		case "civil":
			term.Unit = calendar.CivilBusinessDays
		case "always":
			term.Always = true
		case "cutoff":
			term.Cutoff = &calendar.Cutoff{After: r.timeOfDay(f[i+1]), Due: r.timeOfDay(f[i+3])}
			i += 3
		default:
			r.t.Fatalf("term %q: unknown word %q", text, f[i])
		}
	}
	return term
}

func (r *tableRunner) timeOfDay(s string) calendar.TimeOfDay {
	v, err := calendar.ParseTimeOfDay(s)
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}

const tableTime = "Mon 2006-01-02 15:04:05"

// moment reads a local time with its weekday, which must be right.
func (r *tableRunner) moment(s string) time.Time {
	s, second := strings.CutSuffix(s, " second")
	at, err := time.ParseInLocation(tableTime, s, r.cal.Location())
	if err != nil || at.Format(tableTime) != s {
		r.t.Fatalf("%q is not a moment of the calendar (%v; the day is a %v)", s, err, at.Weekday())
	}
	if first := at.Add(-time.Hour); first.Format(tableTime) == s {
		at = first
	}
	if second {
		at = at.Add(time.Hour)
	}
	return at
}

func (r *tableRunner) answer(line string) string {
	asked, _, _ := strings.Cut(line, "=>")
	asked = strings.TrimRight(asked, " ")
	what, lang, explained := strings.Cut(asked, " why ")
	parts := strings.Split(what, " pause ")
	start := r.moment(strings.TrimSpace(parts[0]))
	var pauses []calendar.Span
	for _, p := range parts[1:] {
		from, to, _ := strings.Cut(p, " .. ")
		pauses = append(pauses, calendar.Span{From: r.moment(from), To: r.moment(strings.TrimSpace(to))})
	}
	result, err := r.due(start, pauses)
	if err != nil {
		return fmt.Sprintf("%s  =>  error: %v\n", asked, err)
	}
	answer := fmt.Sprintf("%s  =>  %s", asked, result.At.Format(tableTime))
	if result.Provisional {
		answer += " provisional"
	}
	answer += "\n"
	if explained {
		for _, why := range result.Why {
			answer += "    | " + why.Text(lang) + "\n"
		}
	}
	return answer
}

func (r *tableRunner) due(start time.Time, pauses []calendar.Span) (calendar.Result, error) {
	result, err := r.cal.Due(start, r.term, pauses)
	if err != nil {
		return calendar.Result{}, err
	}
	bare, err := r.cal.DueAt(start, r.term, pauses)
	if err != nil || !bare.Equal(result.At) {
		r.t.Fatalf("DueAt says %v, %v; Due says %v", bare, err, result.At)
	}
	switch r.ask {
	case "before":
		at, err := r.cal.Before(result.At, r.lead)
		return calendar.Result{At: at}, err
	case "percent":
		at, err := r.cal.Percent(r.term, start, result.At, r.n, pauses)
		return calendar.Result{At: at}, err
	}
	return result, nil
}
