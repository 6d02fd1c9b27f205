package main

import (
	"encoding/json"
	"net/http"
	"testing"
)

// Of the period of a contract's page what is missing is filled in, and nothing that was asked for is passed over.
func TestContractPageFillsThePeriodIn(t *testing.T) {
	d := newOffice(t)
	d.breached()
	d.want(exitOK, "enforce")
	pages := pagesHandler(d.reader())
	for ask, want := range map[string][2]string{
		"":                               {"2025-10-01", "2026-03-20"},
		"?from=2026-03-02":               {"2026-03-02", "2026-03-20"},
		"?to=2026-02-10":                 {"2025-09-01", "2026-02-10"},
		"?from=2026-01-05&to=2026-01-09": {"2026-01-05", "2026-01-09"},
	} {
		code, body := see(t, pages, "/api/v1/contract/kamal-acme"+ask)
		var v struct{ From, To string }
		if err := json.Unmarshal([]byte(body), &v); err != nil || code != http.StatusOK {
			t.Fatalf("%s: %d, %v: %s", ask, code, err, body)
		}
		if got := [2]string{v.From, v.To}; got != want {
			t.Errorf("%s shows %v, want %v", ask, got, want)
		}
	}
	for _, ask := range []string{"?from=x", "?to=x", "?from=2026-03-32", "?from=2027-01-01", "?from=x&to=2026-03-01"} {
		for _, path := range []string{"/contract/kamal-acme", "/api/v1/contract/kamal-acme"} {
			if code, body := see(t, pages, path+ask); code != http.StatusBadRequest {
				t.Errorf("%s%s: %d, want a refusal: %s", path, ask, code, body)
			}
		}
	}
}
