package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slabridge/config/message"
	"slabridge/enforcer/ledger"
)

func evidenceVerifyCmd(a *app) *cobra.Command {
	against, manifest := false, ""
	c := &cobra.Command{
		Use:   "verify DIR",
		Short: "Hold a pack against itself, and against the ledger",
		Long: "Holds a pack against itself: each file against the manifest, each record against its link of the " +
			"chain, report, table and records against each other. That finds what was changed without care. What was made " +
			"anew with care is found by what was kept elsewhere: the SHA-256 of the manifest (--manifest), by which every " +
			"file is held; or the ledger (--ledger), which is verified as well, and has every verdict and excuse of the " +
			"period, but neither the page nor the texts of contract and calendar.\nExit code 0: it is the pack that " +
			"slabridge made; 4: it is not.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !against {
				return verifyPack(c.Context(), a, nil, args[0], manifest)
			}
			verify := a.withWorkspace(reads, func(ctx context.Context, w *workspace, args []string) error {
				return verifyPack(ctx, w.app, w, args[0], manifest)
			})
			return verify(c, args)
		},
	}
	c.Flags().BoolVar(&against, "ledger", false, "hold it against the ledger of the configuration, too")
	c.Flags().StringVar(&manifest, "manifest", "", "the SHA-256 of the manifest, as `hex` digits, that was kept")
	return c
}

// verifyPack tells what is wrong with a pack; it fails with errHeld when something is.
func verifyPack(ctx context.Context, a *app, w *workspace, folder, kept string) error {
	v := packVerifier{page: &a.page, folder: folder, files: map[string][]byte{}}
	if err := v.pack(kept); err != nil {
		return err
	}
	if w != nil && v.whole {
		if err := v.against(ctx, w); err != nil {
			return err
		}
	}
	if err := a.show(packInfo{
		Folder: folder, Manifest: v.digest, Files: len(v.files) + 1, Records: len(v.records), against: w != nil,
		Faults: append([]string{}, v.faults...), Missing: append([]string{}, v.manifest.Missing...),
		Unrecorded: append([]string{}, v.manifest.Unrecorded...),
	}); err != nil {
		return err
	}
	if len(v.faults) > 0 {
		return errHeld
	}
	return nil
}

// packVerifier holds a pack against what it says itself.
type packVerifier struct {
	*page
	folder   string
	manifest manifest
	digest   string            // of the manifest
	files    map[string][]byte // that the manifest lists
	said     reportInfo        // by report.json
	records  []ledger.Record
	faults   []string
	whole    bool // the manifest could be read
}

func (v *packVerifier) fault(format phrase, args ...any) {
	v.faults = append(v.faults, v.tf(format, args...))
}

// pack reads the pack and compares its parts.
func (v *packVerifier) pack(kept string) error {
	data, err := readPart(filepath.Join(v.folder, packManifest))
	if errors.Is(err, fs.ErrNotExist) {
		return message.Errorf("%s has no %s: it is no pack, or not a whole one", v.folder, packManifest)
	} else if err != nil {
		return err
	}
	v.digest = digestOf(data)
	if kept != "" && !strings.EqualFold(kept, v.digest) {
		v.fault("%s: its SHA-256 is another than the one that was kept", packManifest)
	}
	if err := strictly(data, &v.manifest); err != nil {
		v.fault("%s: cannot be read: %v", packManifest, err)
		return nil
	}
	v.whole = true
	if v.manifest.For != forStaff && v.manifest.For != forCustomer {
		v.fault("%s: it is for nobody that packs are made for", packManifest)
	}
	if head := v.manifest.Ledger; (head.Records < 1) != (head.Head == "") { // none: a ledger that has nothing yet
		v.fault("%s: it names the end of no chain", packManifest)
	}
	if err := v.listed(); err != nil {
		return err
	}
	v.chain()
	v.report()
	return nil
}

// readPart reads a file of a pack, and refuses a link.
func readPart(name string) ([]byte, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, message.Errorf("%s is not a file", filepath.Base(name))
	}
	return os.ReadFile(name)
}

// strictly reads one JSON value and refuses unknown fields and anything after it.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return message.New("something stands behind its end")
	}
	return nil
}

// listed holds the files of the folder against the manifest.
func (v *packVerifier) listed() error {
	for _, f := range v.manifest.Files {
		data, err := []byte(nil), error(nil)
		if f.Name != filepath.Base(f.Name) || v.files[f.Name] != nil || f.Name == packManifest {
			v.fault("%s: the manifest lists it twice, or elsewhere", f.Name)
			continue
		}
		if data, err = readPart(filepath.Join(v.folder, f.Name)); errors.Is(err, fs.ErrNotExist) {
			v.fault("%s: missing", f.Name)
			continue
		} else if err != nil {
			v.fault("%s: cannot be read: %v", f.Name, err)
			continue
		}
		v.files[f.Name] = data
		if len(data) != f.Bytes || digestOf(data) != f.SHA256 {
			v.fault("%s: changed since the pack was made", f.Name)
		}
	}
	there, err := os.ReadDir(v.folder)
	if err != nil {
		return message.Errorf("read %s: %w", v.folder, err)
	}
	for _, x := range there {
		listed := slices.ContainsFunc(v.manifest.Files, func(f packFile) bool { return f.Name == x.Name() })
		if !listed && x.Name() != packManifest {
			v.fault("%s: not of the pack", x.Name())
		}
	}
	for _, name := range []string{packHTML, packJSON, packCSV, packRecords, packContract, packRules, packCalendar} {
		if !slices.ContainsFunc(v.manifest.Files, func(f packFile) bool { return f.Name == name }) {
			v.fault("%s: the manifest does not list it", name)
		}
	}
	return nil
}

// chain holds the records against their links.
func (v *packVerifier) chain() {
	last := &ledger.Record{}
	for line := range bytes.Lines(v.files[packRecords]) {
		var r ledger.Record
		if err := strictly(line, &r); err != nil {
			v.fault("%s: cannot be read: %v", packRecords, err)
			return
		}
		v.records = append(v.records, r)
		switch {
		case !r.Genuine():
			v.fault("record %d, %s %s: changed since it was recorded", r.Number, v.t(recordWords[r.Kind]), string(r.Key))
		case v.manifest.For != forCustomer && r.Row == nil:
			v.fault("record %d, %s %s: its contents are missing", r.Number, v.t(recordWords[r.Kind]), string(r.Key))
		case v.manifest.For == forCustomer && r.Row != nil:
			v.fault("record %d, %s %s: its contents are not for the customer", r.Number, v.t(recordWords[r.Kind]),
				string(r.Key))
		case r.Number <= last.Number, r.Number == last.Number+1 && r.Prev != last.Hash,
			r.Number > v.manifest.Ledger.Records,
			r.Number == v.manifest.Ledger.Records && r.Hash != v.manifest.Ledger.Head:
			v.fault("record %d, %s %s: it is not in its place of the chain", r.Number, v.t(recordWords[r.Kind]), string(r.Key))
		}
		last = &r
	}
}

// report holds report, table and records against each other.
func (v *packVerifier) report() {
	r, m := &v.said, &v.manifest
	if err := strictly(v.files[packJSON], r); err != nil {
		v.fault("%s: cannot be read: %v", packJSON, err)
		return
	}
	if r.Contract != m.Contract || r.From != m.From || r.To != m.To || !r.Made.Equal(m.Made) || r.Ledger != m.Ledger {
		v.fault("%s: it is of another contract, period or ledger than the manifest", packJSON)
	}
	var table bytes.Buffer
	if err := writeCSV(&table, r.Report); err != nil || !bytes.Equal(table.Bytes(), v.files[packCSV]) {
		v.fault("%s: it does not say what %s says", packCSV, packJSON)
	}
	for i := range r.Obligations {
		if o := &r.Obligations[i]; !o.Adds() {
			v.fault("%s: the numbers of %s are not those of its cycles", packJSON, o.ID)
		}
	}
	if m.For == forStaff { // the customer's records have no contents
		v.verdicts()
	}
}

// verdicts holds the report against the records of verdicts.
func (v *packVerifier) verdicts() {
	always := func(time.Time) bool { return true } // the pack has the records of these cycles alone
	compared := verdictsIn(v.records).compare(v.said.Obligations, v.manifest.Made, false, always)
	for _, name := range compared.otherwise {
		v.fault("%s: it says otherwise of %s than the record", packJSON, name)
	}
	told := setOf(v.manifest.Unrecorded)
	for _, name := range compared.unrecorded {
		if !told[name] {
			v.fault("%s: no record says what became of %s", packJSON, name)
		}
	}
	if len(compared.leftOut) > 0 {
		v.fault("%s: of some records it says nothing", packJSON)
	}
}

// against holds the pack against the ledger.
func (v *packVerifier) against(ctx context.Context, w *workspace) error {
	connection, l := v.manifest.Connection, w.ledger
	same := func(number int64, hash string) (bool, error) {
		found, err := l.HashAt(ctx, connection, number)
		return found == hash, err
	}
	if ok, err := same(v.manifest.Ledger.Records, v.manifest.Ledger.Head); err != nil {
		return err
	} else if !ok {
		v.fault("the ledger of %s has another link number %d: it or the pack was changed", connection,
			v.manifest.Ledger.Records)
	}
	for i := range v.records {
		r := &v.records[i]
		if ok, err := same(r.Number, r.Hash); err != nil {
			return err
		} else if !ok {
			v.fault("record %d, %s %s: the ledger has another", r.Number, v.t(recordWords[r.Kind]), string(r.Key))
		}
	}
	found, err := l.Verify(ctx, connection)
	if err != nil {
		return err
	}
	for _, t := range found.Tamperings {
		v.fault("the ledger: %s %s: %s", v.t(recordWords[t.Table]), t.Record, v.t(tamperWords[t.Kind]))
	}
	return v.recorded(ctx, w)
}
