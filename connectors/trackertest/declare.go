package trackertest

import (
	"reflect"
	"slices"
	"testing"

	"slabridge/connectors"
)

// Declaration is one field of connectors.Capabilities as a tracker must declare it, and why. The suite skips laws by
// what a tracker declares: one that declared too little would be asked too little.
type Declaration struct {
	Field string
	Is    any
	Why   string
}

var declareLaws = []law{
	{name: "the tracker declares what it must", check: declares},
	{name: "the permissions of every right are named as our account holds them", check: permissionsNamed},
}

func declares(t *testing.T, w *World) {
	is := reflect.ValueOf(w.tracker().Capabilities())
	for i := range is.NumField() {
		name := is.Type().Field(i).Name
		if name == "Permissions" || name == "Titles" { // see permissionsNamed
			continue
		}
		at := slices.IndexFunc(w.Declares, func(d Declaration) bool { return d.Field == name })
		if at < 0 {
			t.Errorf("nobody says what the tracker must declare of %s, and why", name)
			continue
		}
		must := w.Declares[at]
		if got := is.Field(i).Interface(); !reflect.DeepEqual(got, must.Is) || must.Why == "" {
			t.Errorf("%s is %v, must be %v: %s", name, got, must.Is, must.Why)
		}
	}
}

func permissionsNamed(t *testing.T, w *World) {
	names, me := w.tracker().Capabilities().Permissions, w.self(t, w.tracker())
	for _, right := range connectors.Rights {
		if !slices.Equal(names[right], w.Permissions[right]) || len(names[right]) == 0 {
			t.Errorf("the right to %s takes %q, must take %q", right, names[right], w.Permissions[right])
		}
		for _, name := range names[right] {
			if titles := w.tracker().Capabilities().Titles; titles != nil && titles[name].String() == "" {
				t.Errorf("%q has no name in the words of the tracker's screens, as others have", name)
			}
			if !me.Has(w.Project, name) {
				t.Errorf("our account has every right in the project, and yet not %q of the right to %s", name, right)
			}
		}
	}
	if len(names) != len(connectors.Rights) {
		t.Errorf("%d rights have names, want %d", len(names), len(connectors.Rights))
	}
}
