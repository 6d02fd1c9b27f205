package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"sync"

	"slabridge/config/message"
	"slabridge/enforcer"
)

const (
	// chunk is how many notices are answered together at most.
	chunk = 256
	// maxShelved bounds how many names of contracts are remembered: each line of the input may make up another.
	maxShelved = 1000
	// maxLine bounds one line of input; a notice takes some hundred bytes.
	maxLine = 64 << 10
)

// answers are those to some lines in a row, and how many of the lines were bad.
type answers struct {
	text *bytes.Buffer // of buffers
	bad  int
}

// buffers are used again: answers are much longer than their questions.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// stream answers lines one for one and in order, on all processors. It returns when the input or ctx ends.
func (d *deadliner) stream(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	order := make(chan chan answers, runtime.NumCPU()*2) // each comes when it is worked out
	read := make(chan error, 1)
	go func() {
		defer close(order)
		read <- d.ask(ctx, in, order)
	}()
	w := bufio.NewWriterSize(out, 1<<16)
	bad, err := writeAnswers(ctx, w, order)
	if err = errors.Join(err, w.Flush()); err != nil {
		return err
	}
	if err := <-read; !errors.Is(err, io.EOF) {
		return message.Errorf("read notices: %w", err)
	}
	if bad > 0 {
		return errFailed
	}
	return nil
}

// writeAnswers writes the answers in their turn, and counts the bad lines.
func writeAnswers(ctx context.Context, w *bufio.Writer, order <-chan chan answers) (bad int, err error) {
	for {
		select {
		case <-ctx.Done(): // the reader may wait for its input for ever
			return bad, ctx.Err()
		case next, more := <-order:
			if !more {
				return bad, nil
			}
			a := <-next
			bad += a.bad
			if _, err := a.text.WriteTo(w); err != nil {
				return bad, err
			}
			buffers.Put(a.text)
		}
		if len(order) == 0 { // whoever asks one line at a time waits for its answer
			if err := w.Flush(); err != nil {
				return bad, err
			}
		}
	}
}

// ask reads lines, as many together as have come, and has their answers worked out, until an error: io.EOF at the end.
func (d *deadliner) ask(ctx context.Context, in io.Reader, order chan<- chan answers) error {
	from := bufio.NewReaderSize(in, maxLine)
	for number := 1; ; {
		var lines [][]byte // nil: longer than maxLine
		var err error
		for len(lines) < chunk && err == nil && (len(lines) == 0 || lineReady(from)) {
			var line []byte
			if line, err = readLine(from); err == nil {
				lines = append(lines, line)
			}
		}
		if len(lines) > 0 {
			next, first := make(chan answers, 1), number
			go func() { next <- d.lines(first, lines) }()
			select {
			case order <- next:
			case <-ctx.Done():
				return ctx.Err()
			}
			number += len(lines)
		}
		if err != nil {
			return err
		}
	}
}

// lines answers lines, of which the first has a number.
func (d *deadliner) lines(first int, lines [][]byte) (a answers) {
	a.text = buffers.Get().(*bytes.Buffer)
	a.text.Reset()
	for i, line := range lines {
		if err := d.line(a.text, line); err != nil {
			a.bad++
			// a struct of an int and a string always encodes
			_ = encoder(a.text).Encode(struct {
				Line  int    `json:"line"`
				Error string `json:"error"`
			}{first + i, err.Error()})
		}
	}
	return a
}

// lineReady reports whether a whole line can be had without waiting.
func lineReady(r *bufio.Reader) bool {
	buffered, err := r.Peek(r.Buffered())
	return err == nil && bytes.IndexByte(buffered, '\n') >= 0
}

// readLine returns the next line, nil if it is longer than the buffer, and io.EOF at the end. The last line may lack
// its end.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = r.ReadSlice('\n')
		}
		if err == nil || errors.Is(err, io.EOF) {
			return nil, nil
		}
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, err
	}
	return append(make([]byte, 0, len(line)), bytes.TrimSpace(line)...), nil
}

// line answers one line, or writes nothing and says why it is bad.
func (d *deadliner) line(buf *bytes.Buffer, line []byte) error {
	switch {
	case line == nil:
		return message.Errorf("the line is longer than %d bytes", maxLine)
	case len(line) == 0:
		return message.New("the line is empty")
	}
	var n notice
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	err := dec.Decode(&n)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = message.New("more than one JSON value on the line")
		}
	}
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		err = message.Errorf("%s is a JSON %s, not a string", kind.Field, kind.Value)
	case errors.As(err, &kind):
		err = message.Errorf("a JSON %s, not an object", kind.Value)
	}
	if err != nil {
		return message.Errorf(`not a notice {"contract","severity","received"}: %w`, err)
	}
	ans, err := d.answer(n)
	if err != nil {
		return err
	}
	return encoder(buf).Encode(ans)
}

// shelf caches the contract, or the fault, that each name leads to: a file is read once, however many lines name it. It
// is safe for concurrent use.
type shelf struct {
	find func(name string) (*enforcer.Contract, error)

	mu    sync.Mutex
	found map[string]shelved
}

type shelved struct {
	contract *enforcer.Contract
	err      error
}

func (s *shelf) contract(name string) (*enforcer.Contract, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, ok := s.found[name]
	if !ok {
		have.contract, have.err = s.find(name)
		if s.found == nil {
			s.found = map[string]shelved{}
		}
		if len(s.found) < maxShelved {
			s.found[name] = have
		}
	}
	return have.contract, have.err
}
