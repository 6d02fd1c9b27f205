package ledger_test

import (
	"testing"
	"time"

	"slabridge/enforcer/ledger"
)

// An alarm is raised once, settled by a human, and raised again only by what happens after that.
func TestAlarms(t *testing.T) {
	f, _ := open(t)
	raise := func(want bool, at time.Time, a ledger.Alarm) {
		t.Helper()
		a.Connection, a.IssueKey, a.At = "helpdesk", a.Issue, at
		if got, err := f.Raise(t.Context(), at.Add(time.Minute), a); err != nil || got != want {
			t.Errorf("%s %s at %v: new %t, %v", a.Kind, a.Subject, at, got, err)
		}
	}
	other := ledger.Alarm{Kind: ledger.OtherInstallation, Subject: "7c1f", Issue: "17"}
	raise(true, t0, other)
	other.Issue = "18" // the same installation wherever it is seen
	raise(false, t0.Add(time.Hour), other)
	public := ledger.Alarm{Kind: ledger.CameOutPublic, Subject: "journal:5", Issue: "17"}
	raise(true, t0, public)
	public.Issue = "18" // events are named within their issue
	raise(true, t0, public)
	made := ledger.Alarm{Kind: ledger.MadePublic, Subject: "journal:6", Issue: "17"}
	raise(true, t0, made)

	if out, err := f.Settle(t.Context(), t0.Add(2*time.Hour), "", "journal:6", "olga"); err != nil || len(out) != 0 {
		t.Errorf("what stops nothing was settled: %+v, %v", out, err)
	}
	if out, err := f.Settle(t.Context(), t0.Add(2*time.Hour), "", "7c1f", "olga"); err != nil || len(out) != 1 ||
		out[0].SettledBy != "olga" || out[0].Open() {
		t.Errorf("settled %+v, %v", out, err)
	}
	raise(false, t0.Add(2*time.Hour), other)
	raise(true, t0.Add(3*time.Hour), other)
	if err := f.Mend(t.Context(), t0.Add(time.Hour), public); err != nil {
		t.Error(err)
	}
	all, err := f.Alarms(t.Context(), "helpdesk")
	if err != nil {
		t.Fatal(err)
	}
	open, mended := 0, 0
	for _, a := range all {
		if a.Open() {
			open++
		}
		if !a.MendedAt.IsZero() {
			mended++
		}
	}
	if len(all) != 5 || open != 3 || mended != 0 { // Mend named no connection
		t.Errorf("%d alarms, %d open, %d mended: %+v", len(all), open, mended, all)
	}
	public.Connection = "helpdesk"
	if err := f.Mend(t.Context(), t0.Add(time.Hour), public); err != nil {
		t.Error(err)
	}
	all, err = f.Alarms(t.Context(), "")
	for _, a := range all {
		if mended := !a.MendedAt.IsZero(); err != nil || mended != (a.Kind == public.Kind && a.Issue == public.Issue) ||
			mended && !a.Open() {
			t.Errorf("mended %t, open %t: %+v, %v", mended, a.Open(), a, err)
		}
	}
}
