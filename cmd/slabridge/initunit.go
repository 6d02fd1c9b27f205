package main

import (
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
)

// packagedUnit is packaging/slabridge.service.
//
//go:embed init/slabridge.service
var packagedUnit string

// unitFiles are what a service runs and reads, by the names that it is told.
type unitFiles struct{ program, folder, key, contract string }

func newUnitFiles(folder, key, contract string) (u unitFiles, err error) {
	if u.program, err = os.Executable(); err != nil {
		return u, err
	}
	for _, x := range []struct {
		to   *string
		path string
	}{{&u.folder, folder}, {&u.key, key}, {&u.contract, contract}} {
		if x.path == "" {
			continue
		}
		if *x.to, err = filepath.Abs(x.path); err != nil {
			return u, err
		}
	}
	return u, nil
}

// What the package's unit hides from the service: ProtectHome= the first, PrivateTmp= the second.
var (
	homeFolders = []string{"/home", "/root", "/run/user"}
	tempFolders = []string{"/tmp", "/var/tmp"}
)

// under gives the one of the folders that a path lies in, by its name or behind links; "" for none.
func under(path string, folders []string) string {
	behindLinks := func(path string) string {
		if found, err := filepath.EvalSymlinks(path); err == nil {
			return found
		}
		return path
	}
	for _, folder := range folders {
		for _, p := range []string{path, behindLinks(path)} {
			if strings.HasPrefix(p+"/", folder+"/") || strings.HasPrefix(p+"/", behindLinks(folder)+"/") {
				return folder
			}
		}
	}
	return ""
}

// inHomes reports whether the service needs something that lies in somebody's home.
func (u unitFiles) inHomes() bool {
	return slices.ContainsFunc([]string{u.program, u.folder, u.key, u.contract}, func(path string) bool {
		return path != "" && under(path, homeFolders) != ""
	})
}

// refuse returns an error for files that the service could not read, with what to do.
func (u unitFiles) refuse() error {
	hidden := tempFolders
	if forService(u.folder) {
		hidden = slices.Concat(homeFolders, tempFolders)
		if keys := filepath.Join(serviceConfig, "keys"); u.key != "" && under(u.key, []string{keys}) == "" {
			return usage("init: --unit: the service is handed the keys in %s alone: put %s there "+
				"(sudo install -m 0600 %s %s/) and name it so", keys, u.key, quotedPath(u.key), keys)
		}
	}
	if in := under(u.program, hidden); in != "" {
		return usage("init: --unit: the program lies in %s, where the service does not see it: install it "+
			"(sudo install %s /usr/local/bin/slabridge) and run that", in, quotedPath(u.program))
	}
	for _, path := range []string{u.folder, u.key, u.contract} {
		if in := under(path, hidden); in != "" {
			return usage("init: --unit: %s lies in %s, where the service does not see it: move it to another folder", path, in)
		}
	}
	return nil
}

// unitPlace holds that a unit can be written to a file, and that the service could read what it needs, before anything
// is asked.
func unitPlace(file, folder, key, contract string) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			return usage("init: --unit %s: it is there already; nothing is overwritten", file)
		}
		return err
	}
	if os.Getuid() == 0 && !forService(folder) {
		return usage("init: --unit: a service of root's is not written: run init as the account that is to run it, or with "+
			"--config %s", filepath.Join(serviceConfig, "slabridge.yaml"))
	}
	u, err := newUnitFiles(folder, key, contractFile(contract))
	if err != nil {
		return err
	}
	return u.refuse()
}

// contractFile is the file that a contract is named by, "" where it is a preset.
func contractFile(use string) string {
	if filepath.Ext(use) == "" {
		return ""
	}
	return use
}

// writeUnit writes a unit that runs the program with this configuration, as an account that can read it and its key:
// the package's where both are in the service's folder, and else the account that is writing both now.
func writeUnit(a *app, unit, config, key, contract string) error {
	config, err := filepath.Abs(config)
	if err != nil {
		return err
	}
	files, err := newUnitFiles(filepath.Dir(config), key, contractFile(contract))
	if err != nil {
		return err
	}
	u := unitOf(files.program, config)
	if !forService(files.folder) {
		me, err := user.Current()
		if err != nil {
			return err
		}
		group, err := user.LookupGroupId(me.Gid)
		if err != nil {
			return err
		}
		u = u.runBy(me.Username, group.Name, files.inHomes())
	}
	if err := writeNew(unit, u.text(), 0o644); err != nil {
		return err
	}
	a.linef("", "written: %s, a unit that runs as %s", unit, u.account)
	return nil
}

// serviceUnit is a unit of systemd in the making.
type serviceUnit struct {
	lines           []string
	config, account string
}

func unitOf(program, config string) serviceUnit {
	lines := strings.Split(strings.TrimRight(packagedUnit, "\n"), "\n")
	u := serviceUnit{lines: lines, config: config, account: "slabridge"}
	u.set("ExecStart", quotedPath(program)+" run --config "+quotedPath(config))
	return u
}

// quotedPath is a path as systemd reads it in a command line.
func quotedPath(path string) string {
	path = strings.NewReplacer("%", "%%", "$", "$$", `\`, `\\`, `"`, `\"`).Replace(path)
	if strings.ContainsAny(path, " '") {
		return `"` + path + `"`
	}
	return path
}

// runBy makes the unit that of an account which reads the configuration and the key where they are, and keeps the state
// beside them. What lies in homes can be read then, and nothing of it changed but in the configuration's folder.
func (u serviceUnit) runBy(account, group string, inHomes bool) serviceUnit {
	u.account = account
	folder := filepath.Dir(u.config)
	packages := []string{"EnvironmentFile", "LoadCredential", "StateDirectory", "StateDirectoryMode"}
	head := slices.Index(u.lines, "[Unit]") // what stands before it is about the package's folders
	u.lines = slices.DeleteFunc(slices.Clone(u.lines[head:]), func(line string) bool {
		key, _, _ := strings.Cut(line, "=")
		return strings.HasPrefix(line, "# A configuration that says") || slices.Contains(packages, key)
	})
	u.lines = slices.Insert(u.lines, 0,
		"# slabridge as a service of systemd 251 or newer, with the configuration and the state in "+folder+".")
	u.set("User", account)
	u.set("Group", group)
	u.set("WorkingDirectory", strings.ReplaceAll(folder, "%", "%%"))
	u.set("ReadWritePaths", quotedPath(folder))
	if inHomes {
		u.set("ProtectHome", "read-only")
	}
	return u
}

// set gives a key its value, after WorkingDirectory where it is not there yet.
func (u *serviceUnit) set(key, value string) {
	at := func(key string) int {
		return slices.IndexFunc(u.lines, func(line string) bool { return strings.HasPrefix(line, key+"=") })
	}
	if i := at(key); i >= 0 {
		u.lines[i] = key + "=" + value
		return
	}
	u.lines = slices.Insert(u.lines, at("WorkingDirectory")+1, key+"="+value)
}

func (u *serviceUnit) text() string { return strings.Join(u.lines, "\n") + "\n" }
