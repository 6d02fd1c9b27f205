package calendar

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io"
	"strings"
	"sync"
	"time"

	"slabridge/config/message"
)

// The zone data travels inside the program and is the only one it uses: a deadline must not depend on how old the
// machine's files are. `make zones` renews both files.
var (
	//go:embed zonedata/zoneinfo.zip
	zoneArchive []byte
	//go:embed zonedata/release.txt
	zoneRelease string
)

// ZoneRelease returns the release of the zone database in use, as its maintainers name it: "2026f".
func ZoneRelease() string { return strings.TrimSpace(zoneRelease) }

// zoneFiles indexes the archive by zone name.
var zoneFiles = sync.OnceValues(func() (map[string]*zip.File, error) {
	r, err := zip.NewReader(bytes.NewReader(zoneArchive), int64(len(zoneArchive)))
	if err != nil {
		return nil, message.Errorf("open the zone data: %w", err)
	}
	files := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		files[f.Name] = f
	}
	return files, nil
})

// zonesLoaded holds what LoadZone has read, by name, so that each zone is one *time.Location.
var zonesLoaded sync.Map

// LoadZone returns the zone of an IANA name, or UTC, from the program's own data. The empty name and "Local" are
// errors, because they mean another zone on each machine.
func LoadZone(name string) (*time.Location, error) {
	switch name {
	case "", "Local":
		return nil, message.Errorf("zone %q depends on the machine; write a name like Asia/Almaty", name)
	case "UTC":
		return time.UTC, nil
	}
	if loc, ok := zonesLoaded.Load(name); ok {
		return loc.(*time.Location), nil
	}
	loc, err := readZone(name)
	if err != nil {
		return nil, err
	}
	kept, _ := zonesLoaded.LoadOrStore(name, loc)
	return kept.(*time.Location), nil
}

func readZone(name string) (*time.Location, error) {
	files, err := zoneFiles()
	if err != nil {
		return nil, err
	}
	file, ok := files[name]
	if !ok {
		return nil, message.Errorf("zone %q is not known; write a name like Asia/Almaty", name)
	}
	r, err := file.Open()
	if err != nil {
		return nil, message.Errorf("load zone %s: %w", name, err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, message.Errorf("load zone %s: %w", name, err)
	}
	loc, err := time.LoadLocationFromTZData(name, data)
	if err != nil {
		return nil, message.Errorf("load zone %s: %w", name, err)
	}
	return loc, nil
}
