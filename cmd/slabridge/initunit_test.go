package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The unit that init writes is the package's, but for whose it is and what that account can read.
func TestInitUnit(t *testing.T) {
	packaged, err := os.ReadFile("../../packaging/slabridge.service")
	if err != nil || string(packaged) != packagedUnit {
		t.Errorf("cmd/slabridge/init/slabridge.service is not packaging/slabridge.service (%v): copy it", err)
	}
	u := unitOf("/usr/bin/slabridge", "/etc/slabridge/slabridge.yaml")
	want := strings.Replace(packagedUnit, "ExecStart=slabridge run", "ExecStart=/usr/bin/slabridge run", 1)
	if u.text() != want {
		t.Errorf("the service's own unit:\n%s", u.text())
	}
	own := unitOf("/home/olga/bin/slabridge", "/home/olga/the desk/slabridge.yaml").runBy("olga", "users", true)
	text := own.text()
	for _, line := range []string{
		`ExecStart=/home/olga/bin/slabridge run --config "/home/olga/the desk/slabridge.yaml"`, "User=olga", "Group=users",
		"WorkingDirectory=/home/olga/the desk", `ReadWritePaths="/home/olga/the desk"`, "ProtectHome=read-only",
		"ProtectSystem=strict", "WatchdogSec=5min",
	} {
		if strings.Count(text, "\n"+line+"\n") != 1 {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	for _, of := range []string{"LoadCredential", "StateDirectory", "EnvironmentFile", "/etc/slabridge", "/var/lib"} {
		if strings.Contains(text, of) {
			t.Errorf("the unit of an account of one's own speaks of %s:\n%s", of, text)
		}
	}
}

// Whatever the service needs in a home, it can read it there: the program, the configuration, the key, the contract.
func TestInitUnitReadsHomes(t *testing.T) {
	folder := t.TempDir()
	n := newNewcomer(t)
	n.must(os.Symlink("/root", filepath.Join(folder, "link")))
	usual := unitFiles{program: "/usr/local/bin/slabridge", folder: "/srv/desk", key: "/srv/desk/slabridge.key"}
	for name, c := range map[string]struct {
		change func(u *unitFiles)
		want   bool
	}{
		"nothing":                     {func(*unitFiles) {}, false},
		"the program":                 {func(u *unitFiles) { u.program = "/home/olga/bin/slabridge" }, true},
		"the program of root":         {func(u *unitFiles) { u.program = "/root/slabridge" }, true},
		"the folder":                  {func(u *unitFiles) { u.folder = "/home/olga/desk" }, true},
		"the folder itself":           {func(u *unitFiles) { u.folder = "/root" }, true},
		"the key":                     {func(u *unitFiles) { u.key = "/run/user/1000/key" }, true},
		"the contract":                {func(u *unitFiles) { u.contract = "/home/olga/our.yaml" }, true},
		"behind a link":               {func(u *unitFiles) { u.folder = filepath.Join(folder, "link") }, true},
		"a name that begins the same": {func(u *unitFiles) { u.folder = "/homes/olga" }, false},
	} {
		u := usual
		c.change(&u)
		if got := u.inHomes(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		want := "\nProtectHome=yes\n"
		if c.want {
			want = "\nProtectHome=read-only\n"
		}
		unit := unitOf(u.program, filepath.Join(u.folder, "slabridge.yaml")).runBy("olga", "users", u.inHomes())
		if text := unit.text(); !strings.Contains(text, want) {
			t.Errorf("%s: no line %q in\n%s", name, want, text)
		}
		if err := u.refuse(); err != nil && under(u.folder, tempFolders) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the service could not read whatever its unit says is refused, with what to do.
func TestInitUnitRefusesWhatTheServiceCannotRead(t *testing.T) {
	packaged := unitFiles{program: "/usr/bin/slabridge", folder: "/etc/slabridge"}
	own := unitFiles{program: "/usr/bin/slabridge", folder: "/srv/desk", key: "/srv/desk/slabridge.key"}
	for name, c := range map[string]struct {
		u    unitFiles
		want string
	}{
		"as it should be":    {packaged, ""},
		"a key in its place": {unitFiles{"/usr/bin/slabridge", "/etc/slabridge", "/etc/slabridge/keys/a.key", ""}, ""},
		"an own service":     {own, ""},
		"the program at home": {
			unitFiles{"/root/slabridge", "/etc/slabridge", "", ""},
			"the program lies in /root, where the service does not see it: install it " +
				"(sudo install /root/slabridge /usr/local/bin/slabridge) and run that",
		},
		"the key elsewhere": {
			unitFiles{"/usr/bin/slabridge", "/etc/slabridge", "/root/a.key", ""},
			"put /root/a.key there (sudo install -m 0600 /root/a.key /etc/slabridge/keys/) and name it so",
		},
		"the contract at home": {
			unitFiles{"/usr/bin/slabridge", "/etc/slabridge", "", "/home/olga/our.yaml"},
			"/home/olga/our.yaml lies in /home, where the service does not see it: move it to another folder",
		},
		"a temporary program": {
			unitFiles{"/tmp/go-build1/slabridge", "/srv/desk", "", ""},
			"the program lies in /tmp",
		},
		"a temporary folder": {unitFiles{"/usr/bin/slabridge", "/var/tmp/desk", "", ""}, "/var/tmp/desk lies in /var/tmp"},
	} {
		err := c.u.refuse()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A unit that is there already stays, and nothing is asked first.
func TestInitUnitOverwritesNothing(t *testing.T) {
	n := newNewcomer(t)
	n.must(os.WriteFile(n.file("x.service"), []byte("mine"), 0o600))
	out := n.want(exitUsage, "", "init", "https://tracker.example.org", "--unit", n.file("x.service"))
	contains(t, "init", out, "it is there already; nothing is overwritten")
	if os.Getuid() == 0 {
		out = n.want(exitUsage, "", "init", "https://tracker.example.org", "--unit", n.file("y.service"))
		contains(t, "init", unfolded(out), "run init as the account that is to run it, or with --config /etc/slabridge")
	}
	if _, err := os.Stat(filepath.Join(n.folder, "slabridge.yaml")); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
}
