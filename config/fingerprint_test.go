package config

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"slabridge/enforcer"
	"slabridge/enforcer/calendar"
	"slabridge/mapping"

	"github.com/google/go-cmp/cmp"
)

// States in the field hold fingerprints. One that changes without its rules having changed makes the contract stale and
// its steps past: what this golden file holds stays as it is, for ever.
func TestFingerprintsStayAsTheyAre(t *testing.T) {
	t.Setenv("SLABRIDGE_TEST_KEY", planted)
	var got strings.Builder
	for _, id := range PresetIDs() {
		p, faults := preset(id, daySource{})
		if faults != nil {
			t.Fatal(faults)
		}
		fmt.Fprintf(&got, "preset %s %s\n", id, rulesFingerprint(p.contract, p.spec))
	}
	for _, file := range []string{"testdata/base.yaml", "testdata/fingerprints/whole.yaml"} {
		cfg, faults := Load(file, trackers)
		if cfg == nil {
			t.Fatal(faults)
		}
		fmt.Fprintf(&got, "%s %s\n", file, cfg.Fingerprint)
		for _, c := range cfg.Contracts {
			fmt.Fprintf(&got, "  %s %s\n", c.ID, c.Fingerprint)
			for _, v := range append(c.Earlier, c.Contract) {
				fmt.Fprintf(&got, "    %s %s\n", v.Version, rulesFingerprint(v, c.Spec))
			}
		}
	}
	const file = "testdata/fingerprints/values.golden"
	if *update { // only to add to it
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("fingerprints (-before +now):\n%s", diff)
	}
}

// Every field of every type has its member, or stands here among those that are left out; and a field that is set makes
// another fingerprint. Whoever adds a field writes it with unlessUnset, or names it here.
func TestFingerprintsKnowEveryField(t *testing.T) {
	knows(t, encodeObligation, "Source", "Title", "Assumption", "Items", "Unmapped")
	knows(t, encodeCondition)
	knows(t, encodeRule)
	knows(t, encodeTerm)
	knows(t, encodeCutoff)
	knows(t, encodeSum)
	knows(t, encodeBilled)
	knows(t, encodeMean)
	knows(t, encodeStep)
	knows(t, encodeTrigger)
	knows(t, encodeComment)
	knows(t, encodeInterval)
	knows(t, encodeDays, "ByRule")
	knows(t, encodeYear)
	knows(t, encodeDay)
	knows(t, encodeDate)
	knows(t, encodeName)
	knows(t, encodeDuty)
	knows(t, func(r *enforcer.Recurrence) any { return encodeDuty(&Duty{Recurrence: *r}) })
	knows(t, encodeDutyIssue)
	knows(t, encodeAccount)
	knows(t, encodeScope)
	knows(t, encodeWhen)
	knows(t, encodeMapping, "Internal", "AutoReply", "ClosedComments", "Transitions")
	knows(t, encodeSeverityRule)
	knows(t, encodeStatusRule)
	knows(t, encodeRoleRule, "Lead", "Duty")
	knows(t, encodeFieldRule)
	knows(t, encodeActivityRule)
	knows(t, func(c *enforcer.Contract) any { return hash(rulesFingerprint(c, calendar.Spec{})) },
		"ID", "Version", "Title", "Calendar", "Plans", "Assumptions", "Unmeasured", "ValidFrom", "ValidTo", "Language",
		"Earlier", "Origin")
	knows(t, func(s *calendar.Spec) any { return rulesFingerprint(&enforcer.Contract{}, *s) }, "ID", "Days")
	knows(t, func(c *Contract) any {
		if c.Contract == nil {
			c.Contract = &enforcer.Contract{}
		}
		return c.fingerprint()
	}, "Contract", "MappingID", "Connection", "Scope", "EnforceFrom", "Sources", "Fingerprint", "fields")
	knows(t, func(c *Config) any { return c.fingerprint() },
		"Path", "State", "Language", "Listen", "Web", "Log", "Limits", "Connections", "Texts", "Fingerprint", "source",
		"contractAt", "Channels", "Notify")
}

func knows[T any](t *testing.T, encode func(*T) any, leftOut ...string) {
	t.Helper()
	text := func(v *T) string { return string(appendJSON(nil, encode(v))) }
	unset := text(new(T))
	for i := range reflect.TypeFor[T]().NumField() {
		f := reflect.TypeFor[T]().Field(i)
		set, changes := new(T), false
		if f.IsExported() {
			fill(reflect.ValueOf(set).Elem().Field(i))
			changes = text(set) != unset
		}
		if out := slices.Contains(leftOut, f.Name); out == changes {
			t.Errorf("%T.%s: a fingerprint changes with it: %v; it is among those left out: %v", *set, f.Name, changes, out)
		}
	}
}

// fill sets a value to something, and a list, map or pointer to one thing in it.
func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
		return
	case *regexp.Regexp:
		v.Set(reflect.ValueOf(regexp.MustCompile("x")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Array:
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.Zero(v.Type().Key()), reflect.Zero(v.Type().Elem()))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Struct:
		for i := range v.NumField() {
			switch f := v.Type().Field(i); {
			case !f.IsExported():
			case f.Type == reflect.SliceOf(v.Type()): // of its own kind: one that is empty will do
				v.Field(i).Set(reflect.MakeSlice(f.Type, 1, 1))
			default:
				fill(v.Field(i))
			}
		}
	}
}

// A field that older configurations do not know changes nothing until it is used.
func TestFingerprintWithoutAnUnusedField(t *testing.T) {
	encode := func(later any, used bool) string {
		return hash(object{{"ID", "respond"}, {"Later", unlessUnset(later, used)}, {"Off", false}})
	}
	before := hash(object{{"ID", "respond"}, {"Off", false}})
	if encode("", false) != before || encode([]string(nil), false) != before || encode("x", true) == before {
		t.Error("a member that is not used counts, or one that is used does not")
	}
	rule := &mapping.StatusRule{Is: enforcer.Closed, Names: []string{"Closed"}} // without categories, which came later
	if got := string(appendJSON(nil, encodeStatusRule(rule))); got != `{"Is":"closed","Names":["Closed"]}` {
		t.Errorf("got %s", got)
	}
}
