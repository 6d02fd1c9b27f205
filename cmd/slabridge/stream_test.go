package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"slabridge/enforcer"
)

func newDeadliner() *deadliner {
	a := newApp(nil, io.Discard, io.Discard, time.Now)
	a.lang = "en"
	return &deadliner{app: a, contracts: shelf{find: a.findContract}}
}

const oneNotice = `{"contract":"kamal","severity":"critical","received":"2026-03-20T17:40:00+05:00"}`

// Whoever asks one line at a time has each answer before asking again, even with half of the next line sent.
func TestStreamAnswersLineByLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, ask := io.Pipe()
		answers, out := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- newDeadliner().stream(t.Context(), in, out) }()
		lines := bufio.NewScanner(answers)
		half := len(oneNotice) / 2
		send := func(text string) {
			if _, err := io.WriteString(ask, text); err != nil {
				t.Error(err)
			}
		}
		for i, text := range []string{oneNotice + "\n", oneNotice + "\n" + oneNotice[:half], oneNotice[half:] + "\n"} {
			go send(text)
			if !lines.Scan() || !strings.HasPrefix(lines.Text(), `{"contract":"kamal"`) {
				t.Fatalf("question %d: no answer, but %q", i+1, lines.Text())
			}
		}
		go func() {
			send(oneNotice) // without an end
			if err := ask.Close(); err != nil {
				t.Error(err)
			}
		}()
		if !lines.Scan() {
			t.Fatal("the last line, without an end, was not answered")
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}

// An interrupt ends the program while it waits for a line that never comes.
func TestStreamEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		in, ask := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- newDeadliner().stream(ctx, in, io.Discard) }()
		synctest.Wait()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("want it cancelled, got %v", err)
		}
		if err := ask.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Lines longer than the bound are refused in place, however long; the lines around them are answered.
func TestStreamRefusesHugeLines(t *testing.T) {
	for _, length := range []int{maxLine - 1, maxLine, maxLine + 1, 3*maxLine + 7} {
		for _, end := range []string{"\n", ""} {
			in := oneNotice + "\n" + strings.Repeat("x", length) + end
			var out bytes.Buffer
			if err := newDeadliner().stream(t.Context(), strings.NewReader(in), &out); !errors.Is(err, errFailed) {
				t.Fatalf("%d bytes: %v", length, err)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if len(lines) != 2 || !strings.HasPrefix(lines[0], `{"contract"`) ||
				!strings.HasPrefix(lines[1], `{"line":2,"error":"`) {
				t.Fatalf("%d bytes, end %q: %d lines: %s", length, end, len(lines), out.String())
			}
		}
	}
}

// Order is kept over many workers: each answer is for the notice at its place, bad lines among them.
func TestStreamKeepsOrder(t *testing.T) {
	const n = 3000
	var in bytes.Buffer
	from := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		if i%7 == 3 {
			fmt.Fprintln(&in, "bad")
			continue
		}
		fmt.Fprintf(&in, `{"contract":"rusbitech","severity":"high","received":%q}`+"\n",
			from.Add(time.Duration(i)*time.Minute).Format(time.RFC3339))
	}
	var out bytes.Buffer
	if err := newDeadliner().stream(t.Context(), &in, &out); !errors.Is(err, errFailed) {
		t.Fatal(err)
	}
	i := 0
	for line := range strings.Lines(out.String()) {
		var got struct {
			Received time.Time `json:"received"`
			Line     int       `json:"line"`
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if i%7 == 3 && got.Line != i+1 || i%7 != 3 && !got.Received.Equal(from.Add(time.Duration(i)*time.Minute)) {
			t.Fatalf("line %d answers another: %s", i+1, line)
		}
		i++
	}
	if i != n {
		t.Fatalf("%d answers to %d lines", i, n)
	}
}

func TestStreamTellsWhenItCannotReadOrWrite(t *testing.T) {
	gone := errors.New("gone")
	r, w := io.Pipe()
	_ = w.CloseWithError(gone) // always nil
	if err := newDeadliner().stream(t.Context(), r, io.Discard); !errors.Is(err, gone) {
		t.Errorf("reading: %v", err)
	}
	r, w = io.Pipe()
	_ = r.CloseWithError(gone) // always nil
	if err := newDeadliner().stream(t.Context(), strings.NewReader(oneNotice+"\n"), w); !errors.Is(err, gone) {
		t.Errorf("writing: %v", err)
	}
}

// A name is looked up once, a wrong one too, and not without end.
func TestShelf(t *testing.T) {
	looked := 0
	s := shelf{find: func(name string) (*enforcer.Contract, error) {
		looked++
		return nil, errors.New(name)
	}}
	for range 3 {
		for i := range maxShelved {
			if _, err := s.contract(fmt.Sprint(i)); err == nil || err.Error() != fmt.Sprint(i) {
				t.Fatal(err)
			}
		}
	}
	if looked != maxShelved {
		t.Errorf("%d look-ups of %d names", looked, maxShelved)
	}
	_, _ = s.contract("one more") // its error was tested
	if len(s.found) != maxShelved {
		t.Errorf("%d names kept", len(s.found))
	}
}

// FuzzNotice: whatever the line, one line of JSON is the answer.
func FuzzNotice(f *testing.F) {
	for _, s := range []string{
		oneNotice, "", "[]", `{"contract":"` + strings.Repeat("a", 300) + `"}`, "\x00\xff",
		`{"received":"0000-01-01T00:00:00Z","contract":"kamal","severity":"critical"}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.Contains(line, "\n") || strings.ContainsAny(line, "/\\") || strings.Contains(line, ".y") {
			t.Skip("two lines, or the name of a file")
		}
		var out bytes.Buffer
		err := newDeadliner().stream(t.Context(), strings.NewReader(line+"\n"), &out)
		if err != nil && !errors.Is(err, errFailed) {
			t.Fatal(err)
		}
		if strings.Count(out.String(), "\n") != 1 || !json.Valid(out.Bytes()) {
			t.Fatalf("%q is answered by %q", line, out.String())
		}
	})
}
