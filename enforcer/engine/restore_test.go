package engine_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
)

// backup copies the state as it is now.
func (w *world) backup() string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "backup.db")
	_, err := w.file.Backup(w.t.Context(), path)
	w.do(err)
	return path
}

// restore is a process that goes on from a backup.
func (w *world) restore(path string) {
	w.t.Helper()
	w.stop()
	w.path = path
	w.start()
}

// changed lists the requests that ask the tracker to change something while f runs.
func (w *world) changed(f func()) (out []string) {
	for _, r := range w.requests(f) {
		if r.Method != http.MethodGet {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

// Steps without a comment leave no mark. What the tracker's history shows our account to have done for them is not done
// again after a person has undone it.
func TestRestoredLedgerLeavesWhatPeopleUndid(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00",
		appended("    change:\n      - {obligation: respond, severity: critical, off: [comment]}\n"))
	id := w.issue("critical", "Server down")
	w.passAt("2026-03-16 10:00:01")
	old := w.backup()
	w.run("2026-03-16 10:25")
	if i := w.see("admin", id); i.AssignedTo == nil || i.Priority.Name != "Immediate" {
		t.Fatalf("the step has done nothing: %+v", i)
	}
	admin := w.sim.As("admin")
	w.set(at("2026-03-16 10:26"))
	w.do(admin.Assign(id, ""))
	w.do(admin.SetPriority(id, "Normal"))
	w.restore(old)
	if did := w.changed(func() { w.passAt("2026-03-16 10:27"); w.passAt("2026-03-16 10:30") }); len(did) > 0 {
		t.Errorf("after the restore: %v", did)
	}
	w.wantSaid(id, "+acknowledge/start")
}

// Fields that are kept up to date and that a person has changed since are left alone by a restored ledger, too, until
// another value is due.
func TestRestoredLedgerKeepsFields(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00",
		replace("    internal: {kind: private-note}",
			"      - {is: sla-state, field: SLA response due, write: true}\n    internal: {kind: private-note}"))
	id := w.issue("critical", "Server down")
	old := w.backup()
	w.passAt("2026-03-16 10:00:01")
	field := func() string { return w.field(id, "SLA response due") }
	if field() != "running" {
		t.Fatalf("the field holds %q", field())
	}
	w.set(at("2026-03-16 10:02"))
	w.do(w.sim.As("support1").SetField(id, "SLA response due", "ask Ivan"))
	w.restore(old)
	if did := w.changed(func() { w.passAt("2026-03-16 10:03"); w.passAt("2026-03-16 10:05") }); len(did) > 0 {
		t.Errorf("after the restore: %v", did)
	}
	if field() != "ask Ivan" {
		t.Errorf("the person's value became %q", field())
	}
	w.run("2026-03-16 10:21")
	if field() != "breached" {
		t.Errorf("after the due the field holds %q", field())
	}
}

// field is what a custom field of an issue holds.
func (w *world) field(issue int, name string) string {
	w.t.Helper()
	for _, f := range w.see("admin", issue).CustomFields {
		if f.Name == name {
			if f.Value == nil {
				return ""
			}
			return fmt.Sprint(*f.Value)
		}
	}
	w.t.Fatalf("issue %d has no field %s", issue, name)
	return ""
}

// A ledger restored from before a busy hour takes over what was written since without asking a human: what the tracker
// shows to have been said is no storm.
func TestRestoredLedgerIsNoStorm(t *testing.T) {
	w := newWorld(t, "2026-03-16 10:00")
	var ids []int
	for n := range 3 {
		for i := range 8 {
			ids = append(ids, w.issue("critical", fmt.Sprintf("request %d", 8*n+i)))
		}
		w.passAt(fmt.Sprintf("2026-03-16 10:0%d", n+1))
	}
	old := w.backup()
	w.run("2026-03-16 10:30")
	w.wantSaid(ids[23], "+acknowledge/start", "respond/warn-50", "respond/due")
	w.restore(old)
	var held int
	if did := w.changed(func() { held = len(w.passAt("2026-03-16 10:40").Held) }); len(did) > 0 || held > 0 {
		t.Errorf("after the restore: held %d, asked for %v", held, did)
	}
	for _, id := range ids {
		w.wantEntries(id, "acknowledge/start done accepted", "respond/warn-50 done adopted", "respond/due done adopted")
	}
}
