package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slabridge/connectors/redmine/redminesim"
	"slabridge/enforcer"
	"slabridge/enforcer/ledger"
	"slabridge/enforcer/report"
)

// pack makes a pack of a desk with a breach.
func (d *office) pack(name string, more ...string) string {
	d.t.Helper()
	folder := d.file(name)
	d.want(exitOK, append([]string{
		"evidence", "--contract", "kamal-acme", "--from", "2026-03-01", "--to", "2026-03-31", "--out", folder,
	}, more...)...)
	return folder
}

func newBreachedOffice(t *testing.T) *office {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	d.at("2026-03-20 16:30:00")
	d.want(exitOK, "enforce")
	return d
}

// edit changes a file of a pack; with care the manifest is made anew.
func (d *office) edit(folder, name string, care bool, pairs ...string) {
	d.t.Helper()
	path := filepath.Join(folder, name)
	data, err := os.ReadFile(path)
	d.check(err)
	text := string(data)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			d.t.Fatalf("%s has no %q", name, pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	d.check(os.WriteFile(path, []byte(text), 0o600))
	if care {
		d.listAnew(folder)
	}
}

// listAnew makes the manifest say what the files are now.
func (d *office) listAnew(folder string) {
	d.t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, packManifest))
	d.check(err)
	var m manifest
	d.check(json.Unmarshal(data, &m))
	kept := m.Files[:0]
	for _, f := range m.Files {
		if data, err := os.ReadFile(filepath.Join(folder, f.Name)); err == nil {
			kept = append(kept, packFile{f.Name, len(data), digestOf(data)})
		}
	}
	m.Files = kept
	data, err = json.MarshalIndent(m, "", "  ")
	d.check(err)
	d.check(os.WriteFile(filepath.Join(folder, packManifest), append(data, '\n'), 0o600))
}

// forge changes what a pack says and makes everything else in it fit.
func (d *office) forge(folder string, change func(*reportInfo, *manifest)) {
	d.t.Helper()
	path := func(name string) string { return filepath.Join(folder, name) }
	read := func(name string, into any) {
		data, err := os.ReadFile(path(name))
		d.check(err)
		d.check(json.Unmarshal(data, into))
	}
	write := func(name string, from any) {
		data, err := json.Marshal(from)
		d.check(err)
		d.check(os.WriteFile(path(name), data, 0o600))
	}
	var r reportInfo
	var m manifest
	read(packJSON, &r)
	read(packManifest, &m)
	change(&r, &m)
	write(packJSON, &r)
	write(packManifest, &m)
	var table bytes.Buffer
	d.check(writeCSV(&table, r.Report))
	d.check(os.WriteFile(path(packCSV), table.Bytes(), 0o600))
	d.listAnew(folder)
}

// respond is the line of the obligation that was broken.
func respond(r *reportInfo) *report.Obligation {
	i := slices.IndexFunc(r.Obligations, func(o report.Obligation) bool { return o.ID == "respond" })
	return &r.Obligations[i]
}

// whitewash makes the breach a kept promise, with shares that fit.
func whitewash(r *reportInfo) {
	o, all := respond(r), 100.0
	o.Breached, o.Met, o.Kept, o.KeptExcused = 0, 1, &all, &all
	c := &o.Cycles[0]
	kept := c.Due.Add(-time.Minute)
	c.State, c.Ended, c.LateSeconds = enforcer.Met, &kept, 0
}

func (d *office) dropLine(folder, name, with string) {
	d.t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, name))
	d.check(err)
	var out []byte
	for line := range bytes.Lines(data) {
		if !bytes.Contains(line, []byte(with)) {
			out = append(out, line...)
		}
	}
	if len(out) == len(data) {
		d.t.Fatalf("%s has no line with %q", name, with)
	}
	d.check(os.WriteFile(filepath.Join(folder, name), out, 0o600))
	d.listAnew(folder)
}

// A pack, or the ledger that it is of, is changed in thirty-four ways, with and without care; each is found, and by
// what the table says: by the pack alone, by the digest that was kept, or by the ledger.
func TestEvidenceIsTamperedWith(t *testing.T) {
	const (
		alone       = ""
		kept        = "manifest"
		byTheLedger = "ledger"
	)
	state := func(query string) func(d *office, p string) {
		return func(d *office, _ string) { d.tamper(query) }
	}
	edit := func(name string, care bool, pairs ...string) func(d *office, p string) {
		return func(d *office, p string) { d.edit(p, name, care, pairs...) }
	}
	for name, c := range map[string]struct {
		by   string
		what func(d *office, folder string)
		says string
	}{
		"a word of the page": {alone, edit(packHTML, false, "breached", "kept"), "report.html: changed"},
		"a word of the page, with care": {
			kept, edit(packHTML, true, "breached", "kept"), "its SHA-256 is another than the one that was kept",
		},
		"a verdict in the data": {
			alone, edit(packJSON, false, `"state":"breached"`, `"state":"met"`), "report.json: changed",
		},
		"a verdict in the data, with care": {
			alone, edit(packJSON, true, `"state":"breached"`, `"state":"met"`), "it says otherwise of 1 respond created",
		},
		"a number in the data, with care": {
			alone, edit(packJSON, true, `"breached":1`, `"breached":0`), "the numbers of respond are not those of its cycles",
		},
		"a due in the table, with care": {
			alone, edit(packCSV, true, "2026-03-20T16:20:00", "2026-03-20T16:50:00"), "does not say what report.json says",
		},
		"the contract in words":    {alone, edit(packContract, false, "version 1", "version 2"), "contract.txt: changed"},
		"the text of the contract": {alone, edit("contract-1.yaml", false, "20m", "40m"), "contract-1.yaml: changed"},
		"a day off":                {alone, edit(packCalendar, false, "2026-03-23", "2026-03-27"), "calendar.json: changed"},
		"a record":                 {alone, edit(packRecords, true, "breached", "met"), "changed since it was recorded"},
		"a record's link": {
			alone, edit(packRecords, true, `{"number":`, `{"number":9`), "changed since it was recorded",
		},
		"a record taken out": {alone, func(d *office, p string) {
			d.dropLine(p, packRecords, `"kind":"verdict"`)
		}, "no record says"},
		"a file taken out": {alone, func(d *office, p string) {
			d.check(os.Remove(filepath.Join(p, packCSV)))
		}, "report.csv: missing"},
		"a file taken out, with care": {alone, func(d *office, p string) {
			d.check(os.Remove(filepath.Join(p, packCalendar)))
			d.listAnew(p)
		}, "calendar.json: the manifest does not list it"},
		"a file put in": {alone, func(d *office, p string) {
			d.check(os.WriteFile(filepath.Join(p, "note.txt"), nil, 0o600))
		}, "note.txt: not of the pack"},
		"a file that is elsewhere": {alone, func(d *office, p string) {
			d.check(os.Rename(filepath.Join(p, packHTML), d.file("elsewhere")))
			d.check(os.Symlink(d.file("elsewhere"), filepath.Join(p, packHTML)))
		}, "report.html: cannot be read"},
		"the head of the chain": {
			alone, edit(packManifest, false, `"head": "`, `"head": "A`), "another contract, period or ledger",
		},
		"the end of the chain, everywhere": {alone, func(d *office, p string) {
			for _, name := range []string{packManifest, packJSON} {
				data, err := os.ReadFile(filepath.Join(p, name))
				d.check(err)
				head := strings.Split(string(data[bytes.Index(data, []byte(`"head"`)):]), `"`)[3]
				d.edit(p, name, true, head, strings.Repeat("A", len(head)))
			}
		}, "it is not in its place of the chain"},
		"a verdict, its records taken out": {byTheLedger, func(d *office, p string) {
			d.dropLine(p, packRecords, `"respond"`)
			d.forge(p, func(r *reportInfo, m *manifest) {
				whitewash(r)
				m.Unrecorded = []string{"1 respond created"}
			})
		}, "it says otherwise of 1 respond created than the ledger"},
		"a breach left out": {byTheLedger, func(d *office, p string) {
			d.dropLine(p, packRecords, `"respond"`)
			d.forge(p, func(r *reportInfo, _ *manifest) {
				o := respond(r)
				o.Breached, o.Kept, o.KeptExcused, o.Cycles = 0, nil, nil, []report.Cycle{}
			})
		}, "it leaves out 1 respond created, on which the ledger has a verdict"},
		"an excuse": {alone, func(d *office, p string) {
			d.forge(p, func(r *reportInfo, _ *manifest) {
				o := respond(r)
				o.Excused, o.KeptExcused = 1, nil
				o.Cycles[0].Excused = []report.Excuse{{By: "olga", At: *o.Cycles[0].Due, Reason: "a power cut"}}
			})
		}, "it says otherwise of 1 respond created than the record"},
		"how late it was, and by whom it was kept": {alone, func(d *office, p string) {
			d.forge(p, func(r *reportInfo, _ *manifest) {
				c := &respond(r).Cycles[0]
				c.LateSeconds, c.Severity = 60, "noncritical"
			})
		}, "it says otherwise of 1 respond created than the record"},
		"all records but the verdicts taken out": {byTheLedger, func(d *office, p string) {
			for _, kind := range []string{"history", "write", "answer"} {
				d.dropLine(p, packRecords, `"kind":"`+kind+`"`)
			}
		}, "it lacks records that the ledger has of these cycles"},
		"kept promises invented": {byTheLedger, func(d *office, p string) {
			d.forge(p, func(r *reportInfo, m *manifest) {
				o, half := respond(r), 50.0
				c := o.Cycles[0]
				kept := c.Due.Add(-time.Minute)
				c.Issue, c.State, c.Ended, c.LateSeconds = "77", enforcer.Met, &kept, 0
				o.Met, o.Kept, o.KeptExcused, o.Cycles = 1, &half, &half, append(o.Cycles, c)
				m.Unrecorded = []string{"77 respond created"}
			})
		}, "the ledger has no verdict on 77 respond created, though slabridge was judging by then"},
		"a share of what was kept": {alone, func(d *office, p string) {
			d.forge(p, func(r *reportInfo, _ *manifest) {
				all := 100.0
				respond(r).Kept = &all
			})
		}, "the numbers of respond are not those of its cycles"},
		"a request invented": {alone, func(d *office, p string) {
			d.forge(p, func(r *reportInfo, _ *manifest) {
				o := respond(r)
				c := o.Cycles[0]
				c.Issue = "77"
				o.Breached, o.Cycles = 2, append(o.Cycles, c)
			})
		}, "no record says what became of 77 respond created"},
		"for whom it is": {alone, func(d *office, p string) {
			d.forge(p, func(_ *reportInfo, m *manifest) { m.For = "everybody" })
		}, "it is for nobody that packs are made for"},
		"for the customer, though it is the staff's": {alone, func(d *office, p string) {
			d.forge(p, func(_ *reportInfo, m *manifest) { m.For = forCustomer })
		}, "its contents are not for the customer"},
		"the ledger, as if there were none": {alone, func(d *office, p string) {
			d.forge(p, func(r *reportInfo, m *manifest) {
				m.Ledger, r.Ledger = report.Head{}, report.Head{}
			})
		}, "it is not in its place of the chain"},
		"the number of the ledger's records": {alone, func(d *office, p string) {
			d.forge(p, func(r *reportInfo, m *manifest) { m.Ledger.Records, r.Ledger.Records = 0, 0 })
		}, "it names the end of no chain"},
		"a verdict in the state": {
			byTheLedger, state(`UPDATE ledger_verdicts SET state = 'met' WHERE obligation = 'respond'`),
			"the ledger: verdict helpdesk 1 kamal-acme respond created 1: changed since it was recorded",
		},
		"a verdict deleted from the state": {
			byTheLedger, state(`DELETE FROM ledger_verdicts WHERE obligation = 'respond'`),
			"recorded, and no longer there",
		},
		"an end of the state's chain cut off": {
			byTheLedger, state(`DELETE FROM ledger_chain WHERE kind NOT IN ('started', 'cutover', 'person', 'name')`),
			"the ledger of helpdesk has another link",
		},
		"a link of the state's chain computed anew": {
			byTheLedger, state(`UPDATE ledger_chain SET hash = 'x' WHERE kind = 'verdict'`),
			"the ledger has another",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newBreachedOffice(t)
			folder := d.pack("pack")
			data, err := os.ReadFile(filepath.Join(folder, packManifest))
			d.check(err)
			args := []string{"evidence", "verify", folder}
			if c.by != alone {
				d.want(exitOK, "evidence", "verify", folder, "--ledger", "--manifest", digestOf(data))
			}
			c.what(d, folder)
			switch c.by {
			case kept:
				d.want(exitOK, args...)
				args = append(args, "--manifest", digestOf(data))
			case byTheLedger:
				d.want(exitOK, args...)
				args = append(args, "--ledger")
			}
			contains(t, "it", unfolded(d.want(exitHeld, args...).out), "this is not the pack that slabridge made", c.says)
		})
	}
}

// The customer's pack has no internal text, no name of staff and no contents of records, and verifies all the same; the
// staff's has all of it. Nothing is written over what is there.
func TestEvidenceForTheCustomer(t *testing.T) {
	d := newBreachedOffice(t)
	theirs, ours := d.pack("theirs", "--for", "customer"), d.pack("ours")
	for folder, internal := range map[string]bool{theirs: false, ours: true} {
		d.want(exitOK, "evidence", "verify", folder, "--ledger")
		all := ""
		files, err := os.ReadDir(folder)
		d.check(err)
		for _, f := range files {
			data, err := os.ReadFile(filepath.Join(folder, f.Name()))
			d.check(err)
			all += string(data)
		}
		for _, text := range []string{"Ivan Ivanov", `"row"`, "obligations:", `"steps"`} {
			if strings.Contains(all, text) != internal {
				t.Errorf("%s: %q: want it to be there: %v", folder, text, internal)
			}
		}
	}
	contains(t, "again", d.want(exitUsage, "evidence", "--contract", "kamal-acme", "--from", "2026-03-01",
		"--to", "2026-03-31", "--out", ours).err, "it is not empty")
	contains(t, "no pack", d.want(exitFailed, "evidence", "verify", d.folder).err, "it is no pack")
	v := d.lines(exitOK, "evidence", "verify", ours)[0]
	has(t, "verify", v, "folder", "manifest_sha256", "files", "records", "faults", "versions_missing", "unrecorded")
}

// What the ledger came to know after the moment that a pack is of is not in it, and the pack verifies all the same. An
// excuse given later does not change what the report of then said.
func TestEvidenceOfAnEarlierMoment(t *testing.T) {
	d := newBreachedOffice(t)
	d.at("2026-03-21 10:00:00")
	d.want(exitOK, "ledger", "waive", "1", "respond", "--reason", "a power cut", "--by", "olga")
	for name, c := range map[string]struct{ at, state string }{
		"running":  {"2026-03-20T16:15:00+05:00", `"running":1`},
		"breached": {"2026-03-20T17:00:00+05:00", `"excused":0`},
		"excused":  {"2026-03-21T11:00:00+05:00", `"excused":1`},
	} {
		folder := d.pack(name, "--at", c.at)
		data, err := os.ReadFile(filepath.Join(folder, packJSON))
		d.check(err)
		var r reportInfo
		d.check(json.Unmarshal(data, &r))
		said, err := json.Marshal(respond(&r))
		d.check(err)
		contains(t, name, string(said), c.state)
		at, err := time.Parse(time.RFC3339, c.at)
		d.check(err)
		records, err := os.ReadFile(filepath.Join(folder, packRecords))
		d.check(err)
		for line := range bytes.Lines(records) {
			var x ledger.Record
			d.check(json.Unmarshal(line, &x))
			if moment := x.Moment(moments[x.Kind]); moment.IsZero() || !moment.Before(at.Add(time.Second)) {
				t.Errorf("%s: a %s of %s is in it", name, x.Kind, moment)
			}
		}
		d.want(exitOK, "evidence", "verify", folder, "--ledger")
	}
}

// Promises from before slabridge watched have no verdict in the ledger. The pack names them, and so does whoever
// verifies it; it is whole. A pack that would say what the next pass has yet to record is not made.
func TestEvidenceOfWhatTheLedgerLacks(t *testing.T) {
	d := newOffice(t)
	d.report("Nobody can print", "critical") // and all is over before anybody watches
	d.at("2026-03-20 16:00:00")
	_, err := d.sim.As("ivanov").Update(1, redminesim.Change{Status: "Closed", Note: "It prints again."})
	d.check(err)
	d.at("2026-03-20 16:40:00")
	d.want(exitOK, "enforce")
	folder := d.pack("before")
	contains(t, "verify", unfolded(d.want(exitOK, "evidence", "verify", folder, "--ledger").out),
		"the ledger had no verdict on these when the pack was made", "1 respond created")

	d.at("2026-03-20 16:50:00")
	d.report("Nobody can log in", "critical")
	d.at("2026-03-20 16:50:05")
	d.want(exitOK, "enforce")
	d.at("2026-03-20 17:15:00")
	d.want(exitOK, "enforce")
	_, err = d.sim.As("ivanov").Comment(2, "We are on it.")
	d.check(err)
	d.want(exitOK, "sync")
	contains(t, "before the pass", d.want(exitFailed, "evidence", "--contract", "kamal-acme", "--from", "2026-03-01",
		"--to", "2026-03-31", "--out", d.file("early")).err, "2 respond created", "slabridge enforce")
	d.want(exitOK, "enforce")
	now := d.pack("now")
	d.report("Another", "critical")
	d.want(exitOK, "enforce") // in the same second
	for _, pack := range []string{folder, now, d.pack("after")} {
		d.want(exitOK, "evidence", "verify", pack, "--ledger")
	}
}

// Subjects with characters that a terminal must not be shown are in the pack as the tracker has them.
func TestEvidenceOfHostileText(t *testing.T) {
	d := newOffice(t)
	d.want(exitOK, "enforce")
	d.report("Nobody \u200ecan\u202e log\u200b in \x1b[31m", "critical")
	d.at("2026-03-20 16:40:00")
	d.want(exitOK, "enforce")
	for _, reader := range []string{forStaff, forCustomer} {
		d.want(exitOK, "evidence", "verify", d.pack(reader, "--for", reader), "--ledger")
	}
}

// What could not be judged for a fault of the mapping has no record, and no pass will make one while the fault is
// there: the pack says so, and is whole.
func TestEvidenceOfWhatCannotBeJudged(t *testing.T) {
	d := newBreachedOffice(t)
	d.at("2026-03-20 16:31:00")
	d.report("Nobody can print", "critical")
	d.configure("[Support engineer]", "[Support enginee]")
	d.at("2026-03-20 17:30:00")
	d.want(exitHeld, "enforce")
	folder := d.pack("faulty")
	contains(t, "verify", unfolded(d.want(exitOK, "evidence", "verify", folder, "--ledger").out), "2 respond created")
}

// Of very many cycles the first are named, and how many more there are.
func TestSomeOfManyAreNamed(t *testing.T) {
	p := page{lang: english}
	for n, want := range map[int]string{0: "", 2: "1, 2", few + 3: "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more"} {
		var names []string
		for i := range n {
			names = append(names, strconv.Itoa(i+1))
		}
		if got := p.someOf(names); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
