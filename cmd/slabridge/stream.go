package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"slabridge/enforcer"
)

const (
	// chunk is how many notices a worker takes at a time.
	chunk = 256
	// maxShelved bounds how many names of contracts are remembered: each line of the input may make up another.
	maxShelved = 1000
	// maxLine bounds one line of input; a notice takes some hundred bytes.
	maxLine = 64 << 10
)

// job is some lines in a row; done gets their answers.
type job struct {
	first int      // number of the first line
	lines [][]byte // nil: longer than maxLine
	done  chan []byte
	bad   int // set before done
}

// stream answers lines one for one and in order, on all processors. It returns when the input or ctx ends.
func (d *deadliner) stream(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	jobs := make(chan *job, runtime.NumCPU()*2)
	order := make(chan *job, runtime.NumCPU()*4)
	for range runtime.NumCPU() {
		go d.work(jobs)
	}
	read := make(chan error, 1)
	go func() {
		defer close(order)
		defer close(jobs)
		read <- cutJobs(ctx, in, order, jobs)
	}()
	w := bufio.NewWriterSize(out, 1<<16)
	bad, err := writeAnswers(ctx, w, order)
	if err = errors.Join(err, w.Flush()); err != nil {
		return err
	}
	if err := <-read; !errors.Is(err, io.EOF) {
		return fmt.Errorf("read notices: %w", err)
	}
	if bad > 0 {
		return errFailed
	}
	return nil
}

// writeAnswers writes the answers of each job in its turn, and counts the bad lines.
func writeAnswers(ctx context.Context, w *bufio.Writer, order <-chan *job) (bad int, err error) {
	for {
		var j *job
		select {
		case <-ctx.Done(): // the reader may wait for its input for ever
			return bad, ctx.Err()
		case next, more := <-order:
			if !more {
				return bad, nil
			}
			j = next
		}
		if _, err := w.Write(<-j.done); err != nil {
			return bad, err
		}
		bad += j.bad
		if len(order) == 0 { // whoever asks one line at a time waits for its answer
			if err := w.Flush(); err != nil {
				return bad, err
			}
		}
	}
}

// cutJobs reads lines and hands them on, as many together as have come, until an error: io.EOF at the end.
func cutJobs(ctx context.Context, in io.Reader, order, jobs chan<- *job) error {
	lines := bufio.NewReaderSize(in, maxLine)
	for number := 1; ; {
		j := &job{first: number, done: make(chan []byte, 1)}
		var err error
		for len(j.lines) < chunk && err == nil && (len(j.lines) == 0 || lineReady(lines)) {
			var line []byte
			if line, err = readLine(lines); err == nil {
				j.lines = append(j.lines, line)
			}
		}
		if number += len(j.lines); len(j.lines) > 0 {
			for _, to := range []chan<- *job{order, jobs} {
				select {
				case to <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		if err != nil {
			return err
		}
	}
}

// lineReady reports whether a whole line can be had without waiting.
func lineReady(r *bufio.Reader) bool {
	buffered, err := r.Peek(r.Buffered())
	return err == nil && bytes.IndexByte(buffered, '\n') >= 0
}

// readLine reads a line, which the last one may lack its end; nil is one that is too long. io.EOF: there is none.
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

// work answers jobs until there are no more.
func (d *deadliner) work(jobs <-chan *job) {
	var buf bytes.Buffer
	for j := range jobs {
		buf.Reset()
		for i, line := range j.lines {
			if err := d.line(&buf, line); err != nil {
				j.bad++
				// a struct of an int and a string always encodes
				_ = encoder(&buf).Encode(struct {
					Line  int    `json:"line"`
					Error string `json:"error"`
				}{j.first + i, err.Error()})
			}
		}
		j.done <- bytes.Clone(buf.Bytes())
	}
}

// line answers one line, or writes nothing and says why it is bad.
func (d *deadliner) line(buf *bytes.Buffer, line []byte) error {
	switch {
	case line == nil:
		return fmt.Errorf("the line is longer than %d bytes", maxLine)
	case len(line) == 0:
		return errors.New("the line is empty")
	}
	var n notice
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	err := dec.Decode(&n)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one JSON value on the line")
		}
	}
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		err = fmt.Errorf("%s is a JSON %s, not a string", kind.Field, kind.Value)
	case errors.As(err, &kind):
		err = fmt.Errorf("a JSON %s, not an object", kind.Value)
	}
	if err != nil {
		return fmt.Errorf(`not a notice {"contract","severity","received"}: %w`, err)
	}
	ans, err := d.answer(n)
	if err != nil {
		return err
	}
	return encoder(buf).Encode(ans)
}

// shelf keeps what each name of a contract turned out to mean, faults too: a file is read once, however many
// lines name it. It is safe for concurrent use.
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
