package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config"
	"slabridge/config/message"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// The files of a pack.
const (
	packManifest = "manifest.json"
	packHTML     = "report.html"
	packJSON     = "report.json"
	packCSV      = "report.csv"
	packRecords  = "records.jsonl"
	packContract = "contract.txt"
	packRules    = "contract.jsonl"
	packCalendar = "calendar.json"
)

// manifest lists what is in a pack. Whoever keeps its SHA-256 elsewhere can tell later whether the pack is the same.
type manifest struct {
	Format    int       `json:"format"`
	Contract  string    `json:"contract"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	For       string    `json:"for"`
	Made      time.Time `json:"made"`
	Slabridge string    `json:"slabridge"`
	// Connection is whose chain Ledger is the end of, at the time when the pack was made.
	Connection string      `json:"connection"`
	Ledger     report.Head `json:"ledger"`
	// Fingerprint changes with everything in the contract that can move a deadline.
	Fingerprint string `json:"contract_fingerprint"`
	// Missing are versions of text or calendar that verdicts rest on and that are not in the pack.
	Missing []string `json:"versions_missing"`
	// Unrecorded are the cycles of the report that the ledger had no verdict on when the pack was made: from before
	// slabridge watched, say. They are worked out from the tracker's history, and no record holds them.
	Unrecorded []string   `json:"unrecorded"`
	Files      []packFile `json:"files"`
}

type packFile struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

func evidenceCmd(a *app) *cobra.Command {
	ask, out := reporting{command: "evidence"}, ""
	c := a.withAt(&cobra.Command{
		Use:   "evidence --contract ID --from DATE --to DATE --out DIR",
		Short: "Pack what a dispute needs: report, records, contract, calendar",
		Long: "Makes a folder with what a dispute about a period needs: the report as HTML, JSON and CSV, the " +
			"records of the ledger that it rests on with their links of its chain, the contract and the calendar as they were " +
			"used, and a manifest with the SHA-256 of each file. 'evidence verify' holds it against itself, and against the " +
			"ledger.\n\n--for customer leaves out what is not the customer's: internal comments, the names of staff, the " +
			"contents of the records, the contract's file and its steps.",
		PreRunE: func(*cobra.Command, []string) error {
			if out == "" {
				return usage("evidence: --out is missing; write the folder that is to be made")
			}
			return ask.complete()
		},
		RunE: a.withWorkspace(reads, func(ctx context.Context, w *workspace, _ []string) error {
			return pack(ctx, w, &ask, out)
		}),
	})
	ask.flags(c.Flags())
	c.Flags().StringVar(&out, "out", "", "`folder` to make; it must not exist, or be empty")
	c.AddCommand(evidenceVerifyCmd(a))
	return c
}

// packInfo is what `evidence -o json` and `evidence verify -o json` give.
type packInfo struct {
	Folder   string   `json:"folder"`
	Manifest string   `json:"manifest_sha256"`
	Files    int      `json:"files"`
	Records  int      `json:"records"`
	Faults   []string `json:"faults"`
	Missing  []string `json:"versions_missing"` // as in the manifest
	// Unrecorded is as in the manifest.
	Unrecorded []string `json:"unrecorded"`
	against    bool     // the ledger
	made       bool
}

func (i packInfo) text(p *page) {
	switch {
	case i.made:
		p.linef("", "%s: files: %d, records of the ledger: %d", i.Folder, i.Files, i.Records)
	case len(i.Faults) > 0:
		p.linef(colour(red, "! "), "%s: this is not the pack that slabridge made:", i.Folder)
		for _, f := range i.Faults {
			p.line("  ", f)
		}
		return
	case i.against:
		p.linef("", "%s: the pack is whole and agrees with the ledger; records: %d", i.Folder, i.Records)
		p.linef("", "held against the ledger: verdicts, excuses, records; not held against it: the page, the texts of "+
			"contract and calendar, accounts, exceptions, counts of requests: for these the SHA-256 of the manifest vouches")
	default:
		p.linef("", "%s: the pack is whole; records: %d", i.Folder, i.Records)
	}
	p.linef("", "SHA-256 of the manifest: %s", i.Manifest)
	if len(i.Missing) > 0 {
		p.linef(colour(yellow, "! "),
			"verdicts rest on versions that the configuration no longer has, and the pack neither: %s",
			strings.Join(i.Missing, ", "))
	}
	if len(i.Unrecorded) > 0 {
		p.linef(colour(yellow, "! "), "the ledger had no verdict on these when the pack was made; they are worked out from "+
			"the tracker's history, and only the SHA-256 of the manifest vouches for them: %s",
			p.someOf(i.Unrecorded))
	}
	if i.made {
		p.line("", p.t("keep it elsewhere: with it anybody can tell later whether the pack is the same"))
	}
}

// pack makes the folder.
func pack(ctx context.Context, w *workspace, ask *reporting, folder string) error {
	if found, err := os.ReadDir(folder); err == nil && len(found) > 0 {
		return usage("--out %s: it is not empty; name a folder that is to be made", folder)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return message.Errorf("--out: %w", err)
	}
	made, err := ask.make(ctx, w)
	if err != nil {
		return err
	}
	all, _, err := everything(ctx, w.ledger, &made.facts.Question, made.Ledger)
	if err != nil {
		return err
	}
	cutover, err := cutoverOf(ctx, w.ledger, w.cfg.Contract(made.Contract))
	if err != nil {
		return err
	}
	compared := all.compare(made.Obligations, made.Made, made.customer, made.facts.Holds)
	differ := slices.Concat(compared.otherwise, compared.leftOut)
	for key := range compared.unjudged(made.Obligations, &cutover) {
		if !made.facts.Past { // no pass can be made in the past
			differ = append(differ, key.String())
		}
	}
	if len(differ) > 0 {
		return message.Errorf("the report already says what the ledger does not yet record, because no pass was made since: "+
			"%s; run 'slabridge enforce', then this again", w.someOf(differ))
	}
	records, err := recordsOf(ctx, made)
	if err != nil {
		return err
	}
	files, err := packFiles(ctx, w, made, records)
	if err != nil {
		return err
	}
	m := manifest{
		Format: 1, Contract: made.Contract, From: made.From, To: made.To, For: ask.reader, Made: made.Made,
		Slabridge: buildVersion(), Connection: made.facts.Connection, Ledger: made.Ledger,
		Fingerprint: w.cfg.Contract(made.Contract).Fingerprint, Files: []packFile{},
		Missing:    append([]string{}, strangers(w.cfg.Contract(made.Contract), &made.Report)...),
		Unrecorded: append([]string{}, compared.unrecorded...),
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return message.Errorf("--out: %w", err)
	}
	put := func(name string, data []byte) error {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return message.Errorf("--out: %w", err)
		}
		return nil
	}
	for _, f := range files {
		m.Files = append(m.Files, packFile{f.name, len(f.data), digestOf(f.data)})
		if err := put(f.name, f.data); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if err := put(packManifest, data); err != nil { // last: a pack without one is not whole
		return err
	}
	return w.show(packInfo{
		Folder: folder, Manifest: digestOf(data), Files: len(files) + 1, Records: len(records), Faults: []string{},
		Missing: m.Missing, Unrecorded: m.Unrecorded, made: true,
	})
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// recordsOf are the records that the report's verdicts rest on.
func recordsOf(ctx context.Context, made *htmlReport) ([]ledger.Record, error) {
	records, err := made.extract(ctx, func(c *report.Cycle) bool { return c.State != enforcer.Running })
	if made.customer {
		for i := range records {
			records[i].Columns, records[i].Row = nil, nil
		}
	}
	return records, err
}

type namedFile struct {
	name string
	data []byte
}

// packFiles makes the files of a pack but for the manifest.
func packFiles(ctx context.Context, w *workspace, made *htmlReport, records []ledger.Record) ([]namedFile, error) {
	contract := w.cfg.Contract(made.Contract)
	var out []namedFile
	add := func(name string, write func(p *page) error) error {
		var data bytes.Buffer
		p := page{out: onScreen(&data), lang: w.lang}
		p.out.data = name != packHTML && name != packContract
		if err := errors.Join(write(&p), p.out.flush()); err != nil {
			return message.Errorf("%s: %w", name, err)
		}
		out = append(out, namedFile{name, data.Bytes()})
		return nil
	}
	years, err := calendarYears(&w.page, contract, made)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name  string
		write func(p *page) error
	}{
		{packHTML, func(p *page) error {
			h := *made
			h.workspace = shownOn(w, p)
			return h.writeHTML(ctx)
		}},
		{packJSON, func(p *page) error { return p.writeJSON(made.reportInfo) }},
		{packCSV, func(p *page) error { return writeCSV(p.out, made.Report) }},
		{packRecords, func(p *page) error {
			for i := range records {
				if err := p.writeJSON(records[i]); err != nil {
					return err
				}
			}
			return nil
		}},
		{packContract, func(p *page) error {
			for _, version := range versionsOf(contract) {
				p.linef("", "contract version %s, calendar data of %s", version.Version,
					p.dataOf(version.Calendar.Version()))
				packedContract(p, version, made.customer).text(p)
				p.line("", "")
			}
			return nil
		}},
		{packRules, func(p *page) error {
			for _, version := range versionsOf(contract) {
				if err := p.writeJSON(packedContract(p, version, made.customer)); err != nil {
					return err
				}
			}
			return nil
		}},
		{packCalendar, func(p *page) error { return p.writeJSON(years) }},
	} {
		if err := add(f.name, f.write); err != nil {
			return nil, err
		}
	}
	if made.customer { // the admin's own files, with comments, names and internal steps
		return out, nil
	}
	for i, s := range contract.Sources {
		out = append(out, namedFile{fmt.Sprintf("contract-%d.yaml", i+1), s.YAML})
	}
	return out, nil
}

// packedContract is a version of the contract in words. The steps by which it is kept are not the customer's.
func packedContract(p *page, version *enforcer.Contract, customer bool) contractInfo {
	info := contractInfoOf(p, version)
	if customer {
		for i := range info.Obligations {
			for j := range info.Obligations[i].Rules {
				info.Obligations[i].Rules[j].Steps = nil
			}
		}
	}
	return info
}

// versionsOf are the texts of a contract, oldest first.
func versionsOf(c *config.Contract) []*enforcer.Contract {
	return append(slices.Clone(c.Earlier), c.Contract)
}

// strangers are versions of the text or of the calendar that the report's verdicts rest on but the configuration no
// longer has: an older copy of it does.
func strangers(c *config.Contract, made *report.Report) (out []string) {
	for _, version := range made.Versions {
		is := func(x *enforcer.Contract) bool { return x.Version == version }
		if !slices.ContainsFunc(versionsOf(c), is) {
			out = append(out, version)
		}
	}
	for _, data := range made.Calendars {
		is := func(x *enforcer.Contract) bool { return x.Calendar.Version() == data }
		if !slices.ContainsFunc(versionsOf(c), is) {
			out = append(out, data)
		}
	}
	return out
}

// shownOn is a workspace that writes elsewhere.
func shownOn(w *workspace, p *page) *workspace {
	a, c := *w.app, *w
	a.page, c.app = *p, &a
	return &c
}

// usedCalendar is the calendar as it was used.
type usedCalendar struct {
	calendarOf
	Hours string     `json:"hours"`
	Years []yearInfo `json:"years"` // of the period, and those before and after it
}

// calendarYears is the calendar of a contract, with the days off of the years that the period touches.
func calendarYears(p *page, c *config.Contract, made *htmlReport) (usedCalendar, error) {
	cal := c.Calendar
	info := usedCalendar{
		calendarOf: calendarOf{cal.ID(), c.Zone().String(), cal.Version(), cal.Source()},
		Hours:      c.Spec.Week.In(p.lang), Years: []yearInfo{},
	}
	first, err := strconv.Atoi(made.From[:4])
	if err != nil {
		return info, err
	}
	last, err := strconv.Atoi(made.To[:4])
	if err != nil {
		return info, err
	}
	for year := first - 1; year <= last+1; year++ {
		if _, there := c.Spec.Days.Years[year]; !there {
			continue
		}
		y, err := yearIn(p, c.Spec.Days, year)
		if err != nil {
			return info, err
		}
		info.Years = append(info.Years, y)
	}
	return info, nil
}
