package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/enforcer"
)

func (a *app) deadlineCmd() *cobra.Command {
	var contract, severity, received string
	var stdin bool
	c := &cobra.Command{
		Use:   "deadline",
		Short: "Work out the deadlines of one notice, with reasons",
		Example: "  slabridge deadline --contract kamal --severity critical --received 2026-03-20T17:40:00+05:00\n" +
			"  slabridge deadline --stdin < notices.ndjson",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			d := deadliner{app: a, contracts: map[string]*enforcer.Contract{}}
			if stdin {
				return d.stream(a.in, a.out)
			}
			if contract == "" || severity == "" || received == "" {
				return usage("deadline: give --contract, --severity and --received, or --stdin")
			}
			return d.one(notice{contract, severity, received})
		},
	}
	f := c.Flags()
	f.StringVar(&contract, "contract", "", "a preset's id, a configured contract's, or a contract file")
	f.StringVar(&severity, "severity", "", "a severity of the contract")
	f.StringVar(&received, "received", "", "when the notice came (RFC 3339, with offset)")
	f.BoolVar(&stdin, "stdin", false, `read lines {"contract","severity","received"}, answer each with a line`)
	return c
}

// notice is one question, as --stdin reads it.
type notice struct {
	Contract string `json:"contract"`
	Severity string `json:"severity"`
	Received string `json:"received"`
}

// answer is what `deadline -o json` gives for one notice.
type answer struct {
	Contract    string             `json:"contract"`
	Severity    string             `json:"severity"`
	Received    time.Time          `json:"received"`
	Obligations []obligationAnswer `json:"obligations"`
}

type obligationAnswer struct {
	ID          string       `json:"id"`
	Due         *time.Time   `json:"due"`
	Source      string       `json:"source"`
	Assumption  string       `json:"assumption,omitempty"`
	Provisional bool         `json:"provisional,omitempty"`
	Off         bool         `json:"off,omitempty"`   // in the text, not acted on until turned on
	Inert       string       `json:"inert,omitempty"` // why this version does not act on it
	Steps       []stepAnswer `json:"steps"`
	Why         []string     `json:"why"`
}

type stepAnswer struct {
	Step string    `json:"step"`
	At   time.Time `json:"at"`
}

// deadliner answers notices; contracts are read once.
type deadliner struct {
	app       *app
	contracts map[string]*enforcer.Contract
}

// contract finds what --contract means: a preset, a configured contract, or a file.
func (d *deadliner) contract(name string) (*enforcer.Contract, error) {
	if c, ok := d.contracts[name]; ok {
		return c, nil
	}
	c, err := d.app.findContract(name)
	if err == nil {
		d.contracts[name] = c
	}
	return c, err
}

func (a *app) findContract(name string) (*enforcer.Contract, error) {
	if strings.ContainsAny(name, "/\\") || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		c, faults := config.ContractFile(name)
		if err := faults.Err(config.Error); err != nil {
			return nil, usageError{err}
		}
		return c, nil
	}
	c, perr := config.Preset(name)
	if perr == nil {
		return c, nil
	}
	if _, err := config.Find(a.config); err == nil {
		cfg, err := a.load(config.Error)
		if err != nil {
			return nil, err
		}
		for _, c := range cfg.Contracts {
			if c.ID == name {
				return c.Contract, nil
			}
		}
	}
	return nil, usageError{perr}
}

func (d *deadliner) answer(n notice) (answer, error) {
	c, err := d.contract(n.Contract)
	if err != nil {
		return answer{}, err
	}
	received, err := parseMoment("received", n.Received)
	if err != nil {
		return answer{}, err
	}
	deadlines, err := c.Deadlines(n.Severity, received)
	if err != nil {
		return answer{}, err
	}
	loc := c.Calendar.Location()
	out := answer{Contract: n.Contract, Severity: n.Severity, Received: received.In(loc), Obligations: make([]obligationAnswer, len(deadlines))}
	for i := range deadlines {
		out.Obligations[i] = d.obligation(&deadlines[i], loc)
	}
	return out, nil
}

func (d *deadliner) obligation(dl *enforcer.Deadline, loc *time.Location) obligationAnswer {
	o := dl.Obligation
	out := obligationAnswer{
		ID: o.ID, Source: o.Source, Assumption: o.Assumption, Provisional: dl.Provisional, Off: o.Off, Inert: o.Inert,
		Steps: make([]stepAnswer, 0, len(dl.Steps)), Why: make([]string, 0, len(dl.DueWhy)),
	}
	if dl.NoDue != nil {
		out.Why = append(out.Why, dl.NoDue.In(d.app.lang))
	} else {
		due := dl.Due.In(loc)
		out.Due = &due
	}
	for _, w := range dl.DueWhy {
		out.Why = append(out.Why, w.Text(d.app.lang))
	}
	for _, s := range dl.Steps {
		if !s.At.IsZero() {
			out.Steps = append(out.Steps, stepAnswer{s.Step.ID, s.At.In(loc)})
		}
	}
	return out
}

func (d *deadliner) one(n notice) error {
	ans, err := d.answer(n)
	if err != nil {
		var u usageError
		if errors.As(err, &u) {
			return err
		}
		return usageError{err}
	}
	if d.app.json() {
		return d.app.writeJSON(ans)
	}
	w := d.app.out
	fmt.Fprintf(w, "%s %s, received %s\n", ans.Contract, ans.Severity, d.app.stamp(ans.Received))
	for _, o := range ans.Obligations {
		due := "no due"
		if o.Due != nil {
			due = "due " + d.app.stamp(*o.Due)
		}
		fmt.Fprintf(w, "\n%s (%s)  %s\n", d.app.colour("1", o.ID), o.Source, due)
		for _, why := range o.Why {
			d.app.wrap("  ", why)
		}
		for _, s := range o.Steps {
			fmt.Fprintf(w, "  %-12s %s\n", s.Step, d.app.stamp(s.At))
		}
		if o.Assumption != "" {
			d.app.wrap("  ", "assumption: "+o.Assumption)
		}
		if o.Off {
			d.app.wrap("  ", "off: acted on only where a configuration turns it on")
		}
		if o.Inert != "" {
			d.app.wrap("  ", "not acted on by this version: "+o.Inert)
		}
	}
	return nil
}

// chunk is how many notices a worker takes at a time.
const chunk = 256

// stream answers lines one for one and in order, on all processors.
func (d *deadliner) stream(in io.Reader, out io.Writer) error {
	type job struct {
		first int // number of the first line
		lines [][]byte
		done  chan []byte
		bad   int
	}
	jobs := make(chan *job, runtime.NumCPU()*2)
	order := make(chan *job, runtime.NumCPU()*4)
	for range runtime.NumCPU() {
		go func() {
			worker := deadliner{app: d.app, contracts: map[string]*enforcer.Contract{}}
			for j := range jobs {
				var buf bytes.Buffer
				for i, line := range j.lines {
					if !worker.line(&buf, j.first+i, line) {
						j.bad++
					}
				}
				j.done <- buf.Bytes()
			}
		}()
	}
	var readErr error
	go func() {
		defer close(order)
		defer close(jobs)
		lines := bufio.NewReaderSize(in, 1<<16)
		number := 1
		for {
			j := &job{first: number, done: make(chan []byte, 1)}
			for len(j.lines) < chunk && readErr == nil && (len(j.lines) == 0 || lines.Buffered() > 0) {
				var line []byte
				line, readErr = lines.ReadBytes('\n')
				if line = bytes.TrimSpace(line); len(line) > 0 || readErr == nil {
					j.lines = append(j.lines, line)
				}
			}
			number += len(j.lines)
			if len(j.lines) > 0 {
				order <- j
				jobs <- j
			}
			if readErr != nil {
				return
			}
		}
	}()
	w := bufio.NewWriterSize(out, 1<<16)
	bad := 0
	for j := range order {
		if _, err := w.Write(<-j.done); err != nil {
			return err
		}
		bad += j.bad
		if len(order) == 0 { // whoever asks one line at a time waits for its answer
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if !errors.Is(readErr, io.EOF) {
		return readErr
	}
	if bad > 0 {
		return errFailed
	}
	return nil
}

// line answers one line; false says that it was bad.
func (d *deadliner) line(buf *bytes.Buffer, number int, line []byte) bool {
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	var n notice
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	err := dec.Decode(&n)
	if err == nil && dec.More() {
		err = errors.New("more than one JSON value on the line")
	}
	if err != nil {
		err = fmt.Errorf(`not a notice {"contract","severity","received"}: %w`, err)
	}
	var ans answer
	if err == nil {
		ans, err = d.answer(n)
	}
	if err == nil {
		err = enc.Encode(ans)
	}
	if err != nil {
		// a struct of an int and a string always encodes
		_ = enc.Encode(struct {
			Line  int    `json:"line"`
			Error string `json:"error"`
		}{number, err.Error()})
		return false
	}
	return true
}
