package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb" // registers its kind of package
	"github.com/goreleaser/nfpm/v2/files"
	_ "github.com/goreleaser/nfpm/v2/rpm" // likewise
)

// places say where a package puts the files that lie beside the program, by the beginning of their names.
var places = []struct{ prefix, to string }{
	{"packaging/slabridge.service", "/usr/lib/systemd/system/slabridge.service"},
	{"packaging/slabridge.sysusers", "/usr/lib/sysusers.d/slabridge.conf"},
	{"completions/slabridge.bash", "/usr/share/bash-completion/completions/slabridge"},
	{"completions/slabridge.zsh", "/usr/share/zsh/vendor-completions/_slabridge"},
	{"completions/slabridge.fish", "/usr/share/fish/vendor_completions.d/slabridge.fish"},
	{"completions/", ""}, // other systems' shells
	{"LICENSE", "/usr/share/doc/slabridge/copyright"},
	{"man/", "/usr/share/man/man1/"},
	{"", "/usr/share/doc/slabridge/"},
}

// place is where a package puts a file; "" is nowhere.
func place(name string) string {
	for _, p := range places {
		rest, ok := strings.CutPrefix(name, p.prefix)
		switch {
		case !ok:
		case strings.HasSuffix(p.to, "/"):
			return p.to + rest
		default:
			return p.to
		}
	}
	return ""
}

// packages makes a deb and an rpm for each architecture of Linux. They make the service's account and folders, and
// start nothing; they hold no configuration, so that neither an upgrade nor a removal can touch one.
func (r *release) packages(binaries []binary) error {
	for _, b := range binaries {
		if b.system != "linux" {
			continue
		}
		for _, kind := range []string{"deb", "rpm"} {
			packager, err := nfpm.Get(kind)
			if err != nil {
				return err
			}
			info := nfpm.WithDefaults(r.packageInfo(b))
			name := packager.ConventionalFileName(info)
			if err := r.create(name, func(w io.Writer) error { return packager.Package(info, w) }); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

func (r *release) packageInfo(b binary) *nfpm.Info {
	entry := func(from, to string, mode uint32) *files.Content {
		return &files.Content{
			Source: from, Destination: to,
			FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: fileMode(mode), MTime: r.at},
		}
	}
	contents := files.Contents{entry(b.path, "/usr/bin/slabridge", 0o755)}
	for _, f := range r.common {
		if to := place(f.name); to != "" {
			contents = append(contents, entry(f.from, to, uint32(f.mode)))
		}
	}
	script := func(name string) string { return filepath.Join(r.root, "packaging", name) }
	return &nfpm.Info{
		Name: "slabridge", Arch: b.arch, Platform: "linux", Version: r.version, Section: "admin", Priority: "optional",
		Maintainer: "slabridge maintainers <maintainers@slabridge.example>", License: "MIT", MTime: r.at,
		Description: "keeps the promises of support contracts on an issue tracker\n" +
			"Mirrors the tracker's issues, applies the contract's severities, working hours and days off,\n" +
			"and writes comments, reassignments and priorities back when a promise is at risk or broken.",
		Overridables: nfpm.Overridables{
			Recommends: []string{"ca-certificates"},
			Contents:   contents,
			Scripts: nfpm.Scripts{
				PostInstall: script("postinstall.sh"), PreRemove: script("preremove.sh"),
			},
			RPM: nfpm.RPM{BuildHost: "slabridge", Group: "System/Daemons"},
		},
	}
}
