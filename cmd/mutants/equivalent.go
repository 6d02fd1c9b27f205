package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// equivalents are the mutants that nobody could tell from the original, each with the reason. A mutant is named by
// its function and its change as the report prints them, not by a line, so that the list survives edits and moves.
type equivalents map[string]string

// readEquivalent reads lines of FUNCTION: CHANGE: REASON, in which the change reads as the report prints it. Empty
// lines and lines after # are skipped. A file that is not there lists nothing.
func readEquivalent(path string) (equivalents, error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	out := equivalents{}
	for i, line := range strings.Split(string(text), "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, ok := cutLast(line, ": ")
		if !ok || !strings.Contains(name, arrow) {
			return nil, fmt.Errorf("%s:%d: want FUNCTION: CHANGE: REASON", path, i+1)
		}
		out[name] = reason
	}
	return out, nil
}

func (e equivalents) has(m *mutant) bool { return e[m.name()] != "" }

func cutLast(s, sep string) (before, after string, ok bool) {
	at := strings.LastIndex(s, sep)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(sep):], true
}
