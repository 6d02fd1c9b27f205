package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/mapping"
)

// question is something that `init` cannot know, or guesses. An answer of --answers goes before any guess; a guess that
// is sure is not asked about.
type question struct {
	id      string
	text    string   // as a person is asked
	options []option // what is accepted; nil for anything
	many    bool     // several answers
	empty   bool     // none is an answer, too
	guess   []string
	sure    bool
	secret  bool // not echoed, never in a file of answers
	hint    string
	other   func(answer string) bool // accepted though it is none of the options
	check   func(answer string) error
}

// option is an accepted answer with what people are shown beside it.
type option struct{ value, label string }

// text is what people are shown.
func (o option) text() string {
	if o.label == "" || strings.EqualFold(o.label, o.value) {
		return o.value
	}
	return o.value + ": " + o.label
}

// inquiry asks questions, of a file of answers first, then of a person at a terminal or line by line.
type inquiry struct {
	*page
	file    string // of answers; "" for none
	answers map[string]config.Answer
	used    map[string]bool
	in      *bufio.Reader
	typed   *terminalInput // nil where nobody sits
	row     int            // of standard input
	asked   int            // of a person
	ids     []string       // of every question that came up
}

// terminalInput is where a person types.
type terminalInput struct{ fd int }

func newInquiry(a *app, file string) (*inquiry, error) {
	q := &inquiry{
		page: &a.page, file: file, answers: map[string]config.Answer{}, used: map[string]bool{}, in: bufio.NewReader(a.in),
	}
	if f, ok := a.in.(interface{ Fd() uintptr }); ok && term.IsTerminal(int(f.Fd())) { //nolint:gosec // a small number
		q.typed = &terminalInput{fd: int(f.Fd())} //nolint:gosec // see above
	}
	if file == "" {
		return q, nil
	}
	answers, err := config.ReadAnswers(file)
	if err != nil {
		return nil, usageError{err}
	}
	for _, x := range answers {
		q.answers[x.ID] = x
	}
	return q, nil
}

// ask gives the answer to a question; none is only for one that may have none.
func (q *inquiry) ask(ctx context.Context, x question) ([]string, error) {
	q.ids = append(q.ids, x.id)
	if a, ok := q.answers[x.id]; ok && !x.secret {
		q.used[x.id] = true
		values, err := x.accept(a.Values)
		if err != nil {
			return nil, usage("%s:%d: %s: %w", q.file, a.Line, x.id, err)
		}
		return values, nil
	}
	if x.sure {
		return x.guess, nil
	}
	if q.file != "" && q.typed == nil { // a script must not wait for somebody
		if x.guess != nil || x.empty {
			return x.guess, nil
		}
		return nil, usage("%s: no answer to %s; %s", q.file, x.id, x.accepted())
	}
	q.asked++
	q.pose(x)
	for {
		values, err := q.read(ctx, x)
		if err == nil || q.typed == nil || !errors.As(err, new(unaccepted)) {
			return values, err
		}
		q.line("", q.failure(err))
	}
}

// one is ask for a question with one answer, "" for none.
func (q *inquiry) one(ctx context.Context, x question) (string, error) {
	values, err := q.ask(ctx, x)
	if err != nil || len(values) == 0 {
		return "", err
	}
	return values[0], nil
}

// unaccepted is the error for an answer that is none of the options.
type unaccepted struct{ error }

func (u unaccepted) Unwrap() error { return u.error }

// guessColumns is how long an option may be to be told again, with its label, as the guess.
const guessColumns = 50

// pose shows a question.
func (q *inquiry) pose(x question) {
	fmt.Fprintln(q.out)
	q.line("", colour(bold, x.text)+" ["+x.id+"]")
	if x.hint != "" {
		q.line("  ", x.hint)
	}
	for i, o := range x.options {
		q.line(fmt.Sprintf("  %2d  ", i+1), o.text())
	}
	if x.many {
		q.linef("  ", "several: with commas between")
	}
	switch {
	case len(x.guess) > 0:
		shown := slices.Clone(x.guess)
		for i, value := range shown {
			if at := x.option(value); at >= 0 && columnsOf(x.options[at].text()) <= guessColumns {
				shown[i] = x.options[at].text()
			}
		}
		q.linef("  ", "Enter alone: %s", strings.Join(shown, ", "))
	case x.empty:
		q.linef("  ", "Enter alone: none")
	}
}

// read takes one line for an answer.
func (q *inquiry) read(ctx context.Context, x question) ([]string, error) {
	fmt.Fprint(q.out, "> ")
	text, err := q.next(ctx, x.secret)
	switch {
	case errors.Is(err, io.EOF):
		fmt.Fprintln(q.out)
		return nil, usage("no answer to %s: the input has ended; %s, or answer it in a file for --answers",
			x.id, x.accepted())
	case err != nil:
		return nil, err
	}
	if q.typed == nil && !x.secret { // what a pipe answers is part of the record
		fmt.Fprintln(q.out, text)
	} else if q.typed == nil || x.secret {
		fmt.Fprintln(q.out)
	}
	var given []string
	if text = strings.TrimSpace(text); text != "" {
		given = []string{text}
		if x.many {
			given = strings.Split(text, ",")
		}
	}
	if given == nil && (x.guess != nil || x.empty) {
		return x.guess, nil
	}
	values, err := x.accept(given)
	if err != nil && q.typed == nil {
		return nil, usage("standard input, line %d: %s: %w", q.row, x.id, err)
	}
	return values, err
}

// next reads a line. It gives up when the command is told to end, and leaves the reading behind.
func (q *inquiry) next(ctx context.Context, secret bool) (string, error) {
	type result struct {
		text string
		err  error
	}
	got := make(chan result, 1)
	q.row++
	go func() {
		if secret && q.typed != nil {
			b, err := term.ReadPassword(q.typed.fd)
			got <- result{string(b), err}
			return
		}
		text, err := q.in.ReadString('\n')
		if text != "" && errors.Is(err, io.EOF) { // the last line may lack its end
			err = nil
		}
		got <- result{strings.TrimRight(text, "\r\n"), err}
	}()
	select {
	case r := <-got:
		return r.text, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// accept holds answers against what is accepted; options may be given by their number or in other letters.
func (x question) accept(given []string) ([]string, error) {
	var out []string
	for _, text := range given {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		value := text
		if x.options != nil {
			i := x.option(text)
			if i < 0 && x.other != nil && x.other(text) {
				out = append(out, text)
				continue
			}
			if i < 0 {
				return nil, unaccepted{message.Errorf("%q is not accepted; %s%s", text, x.accepted(), x.meant(text))}
			}
			value = x.options[i].value
		}
		if x.check != nil {
			if err := x.check(value); err != nil {
				return nil, unaccepted{message.Errorf("%q %w", value, err)}
			}
		}
		if !slices.Contains(out, value) {
			out = append(out, value)
		}
	}
	switch {
	case len(out) == 0 && !x.empty:
		return nil, unaccepted{message.Errorf("an answer is needed; %s", x.accepted())}
	case len(out) > 1 && !x.many:
		return nil, unaccepted{message.Errorf("one answer is wanted; %s", x.accepted())}
	}
	return out, nil
}

// option finds what is meant by an answer, -1 for nothing: a value goes before its label, a label before a number, and
// a number before a letter that only one of them begins with.
func (x question) option(text string) int {
	if text == "" {
		return -1
	}
	begins := func(s string) bool { r := []rune(s); return len(r) > 0 && strings.EqualFold(string(r[:1]), text) }
	for _, fits := range []func(i int, o option) bool{
		func(_ int, o option) bool { return o.value == text },
		func(_ int, o option) bool { return strings.EqualFold(o.value, text) },
		func(_ int, o option) bool { return strings.EqualFold(o.label, text) },
		func(i int, _ option) bool { return strconv.Itoa(i+1) == text },
		func(_ int, o option) bool { return begins(o.value) || begins(o.label) },
	} {
		var found []int
		for i, o := range x.options {
			if fits(i, o) {
				found = append(found, i)
			}
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return -1
}

// accepted says what may be answered.
func (x question) accepted() message.Message {
	if x.options == nil {
		return message.Of("write a value")
	}
	var values []string
	for _, o := range x.options {
		values = append(values, o.value)
	}
	if x.empty {
		return message.Of("accepted: %s, or nothing", strings.Join(values, ", "))
	}
	return message.Of("accepted: %s", strings.Join(values, ", "))
}

func (x question) meant(text string) message.Message {
	for _, o := range x.options {
		if mapping.EditDistance(text, o.value) <= max(1, len([]rune(o.value))/3) {
			return message.Of("; did you mean %q?", o.value)
		}
	}
	return message.Message{}
}

// unused refuses answers that no question asked for: a misspelt id would otherwise leave a guess standing.
func (q *inquiry) unused() error {
	var errs []error
	for id, a := range q.answers {
		if q.used[id] {
			continue
		}
		err := message.Errorf("%s:%d: %s: nothing asks this here; the questions are %s", q.file, a.Line, id,
			strings.Join(q.ids, ", "))
		for _, known := range q.ids {
			if mapping.EditDistance(id, known) <= 2 {
				err = message.Errorf("%w; did you mean %s?", err, known)
				break
			}
		}
		errs = append(errs, err)
	}
	if errs == nil {
		return nil
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return usageError{errors.Join(errs...)}
}
