package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
	"slabridge/mapping"
)

// Level says how far a fault goes.
type Level int

// The levels.
const (
	// Warning: the configuration can be used, but probably does not mean what its author wanted.
	Warning Level = iota + 1
	// NoSecret: a secret is missing. Commands that talk to the tracker cannot run; all else is valid.
	NoSecret
	// Error: there is no usable configuration.
	Error
)

// String returns the level in one word.
func (l Level) String() string {
	switch l {
	case Warning:
		return "warning"
	case NoSecret:
		return "no secret"
	}
	return "error"
}

// MarshalText gives the level as String does.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Fault is one thing that is wrong with the configuration. It never holds a secret.
type Fault struct {
	Level      Level           `json:"level"`
	File       string          `json:"file"`           // as found; "environment" for a variable
	Line       int             `json:"line,omitempty"` // 0 when the fault is nowhere in particular
	Path       string          `json:"path,omitempty"` // in the operator's own YAML: "mappings[0].status[2].is"
	Value      string          `json:"value,omitempty"`
	Reason     message.Message `json:"reason"` // what is wrong, and what is accepted
	Suggestion string          `json:"did_you_mean,omitempty"`
}

// Error gives the fault on one line: file:line: path: "value" reason; did you mean "x"?
func (f Fault) Error() string { return f.In(message.English) }

// In is Error in a language.
func (f Fault) In(lang string) string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	b.WriteString(": ")
	if f.Level == Warning {
		b.WriteString(message.Say(lang, "warning: "))
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	if f.Value != "" {
		b.WriteString(message.Say(lang, "%q %s", f.Value, f.Reason))
	} else {
		b.WriteString(f.Reason.In(lang))
	}
	if f.Suggestion != "" {
		b.WriteString(message.Say(lang, "; did you mean %q?", f.Suggestion))
	}
	return b.String()
}

// Faults is everything found wrong in one reading, in the order of the files and lines. The zero value means that
// nothing is wrong.
type Faults []Fault

// Error gives the faults, a line each.
func (f Faults) Error() string { return f.In(message.English) }

// In is Error in a language.
func (f Faults) In(lang string) string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.In(lang)
	}
	return strings.Join(lines, "\n")
}

// At returns the faults of at least that level.
func (f Faults) At(level Level) Faults {
	var out Faults
	for _, fault := range f {
		if fault.Level >= level {
			out = append(out, fault)
		}
	}
	return out
}

// Err is the faults of at least that level as an error, nil when there are none: Error for a command that only
// reads rules, NoSecret for one that talks to a tracker.
func (f Faults) Err(level Level) error {
	if at := f.At(level); len(at) > 0 {
		return at
	}
	return nil
}

func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return f
}

// source collects the faults of one file and of the files that it names, and knows the line of every path that was read
// from it.
type source struct {
	file   string
	lines  map[string]int
	faults Faults
	place  map[string]int  // where in faults each is, as it was first told
	faulty map[string]bool // paths that have a fault, or something under them has: what rests on them is not judged again

	kinds   []connectors.Kind // that a connection may be of; nil in files that have none
	instead *instead          // a contract's text that is tried in the place of another; nil for none
}

func newSource(file string) *source {
	return &source{file: file, lines: map[string]int{}, place: map[string]int{}, faulty: map[string]bool{}}
}

// fault notes an error at the path. The value is what was seen there, "" when nothing was or it must not be shown.
func (src *source) fault(path, value string, format message.Format, args ...any) *Fault {
	src.faulty[path] = true
	for at := strings.LastIndexAny(path, ".["); at > 0; at = strings.LastIndexAny(path[:at], ".[") {
		src.faulty[path[:at]] = true
	}
	return src.add(Error, path, value, message.Of(format, args...))
}

func (src *source) warn(path, value string, format message.Format, args ...any) {
	src.add(Warning, path, value, message.Of(format, args...))
}

func (src *source) add(level Level, path, value string, reason message.Message) *Fault {
	f := Fault{Level: level, File: src.file, Line: src.line(path), Path: path, Value: value, Reason: reason}
	key := fmt.Sprintf("%d %d %s", f.Level, f.Line, f.Error())
	if i, again := src.place[key]; again { // one line may change several rules, all in the same wrong way
		return &src.faults[i]
	}
	src.place[key] = len(src.faults)
	src.faults = append(src.faults, f)
	return &src.faults[len(src.faults)-1]
}

// include takes over the faults of another source, which tell where they are themselves.
func (src *source) include(faults Faults) { src.faults = append(src.faults, faults...) }

// unrepeated gives each of the words once, in their order: an id may be written twice, which is a fault of its own.
func unrepeated(words []string) (out []string) {
	for _, w := range words {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// oneOf reports whether the value is among the accepted ones. One that is not is a fault, with what was probably meant;
// that a value is missing is for others to tell.
func (src *source) oneOf(path, value string, what message.Message, accepted []string) bool {
	switch {
	case slices.Contains(accepted, value):
		return true
	case value == "":
	case len(accepted) == 0:
		src.fault(path, value, "is not %s; there are none here", what)
	default:
		list := commas(unrepeated(accepted))
		src.fault(path, value, "is not %s; accepted: %s", what, list).Suggestion = nearest(value, accepted)
	}
	return false
}

// line returns the line of the path in the file, or that of the nearest parent which is there.
func (src *source) line(path string) int {
	for {
		if n, ok := src.lines[path]; ok {
			return n
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return src.lines[""]
		}
		path = path[:cut]
	}
}

// hasFault reports whether the path, or something under it, has a fault already.
func (src *source) hasFault(path string) bool { return src.faulty[path] }

// nearest is the candidate that is most like the word, "" when none is like it.
func nearest(word string, candidates []string) string {
	best, least := "", 3
	for _, c := range candidates {
		limit := max(1, min(2, len([]rune(c))/3))
		if d := mapping.EditDistance(word, c); d <= limit && d < least {
			best, least = c, d
		}
	}
	return best
}
