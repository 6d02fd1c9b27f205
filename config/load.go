package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"slabridge/config/message"
	"slabridge/connectors"
)

// maxFile bounds what is read of a configuration: a device file has no end.
const maxFile = 16 << 20

// Find gives the configuration file: the one named, else the first that exists of ./slabridge.yaml, the XDG
// places and /etc/slabridge/slabridge.yaml.
func Find(named string) (string, error) {
	if named != "" {
		return named, nil
	}
	places := []string{"slabridge.yaml"}
	home := os.Getenv("XDG_CONFIG_HOME")
	if dir, err := os.UserHomeDir(); home == "" && err == nil {
		home = filepath.Join(dir, ".config")
	}
	if home != "" {
		places = append(places, filepath.Join(home, "slabridge", "slabridge.yaml"))
	}
	for dir := range strings.SplitSeq(os.Getenv("XDG_CONFIG_DIRS"), string(filepath.ListSeparator)) {
		if dir != "" {
			places = append(places, filepath.Join(dir, "slabridge", "slabridge.yaml"))
		}
	}
	places = append(places, "/etc/slabridge/slabridge.yaml")
	for _, p := range places {
		if info, err := os.Stat(p); err == nil && info.Mode().IsRegular() {
			return p, nil
		}
	}
	return "", message.Errorf("find configuration: none of %s exists; 'slabridge init URL' asks your tracker and writes "+
		"one, 'slabridge demo' plays without any, and --config names another place",
		commas(places))
}

// Load reads the configuration file, in which connections may be of these kinds. The Config is nil when there are
// faults of level Error; with warnings and missing secrets only it is whole, and faults lists them. Calendar files in
// trial lie over those of `calendars`, as in ReadCalendars.
func Load(file string, kinds []connectors.Kind, trial ...string) (*Config, Faults) {
	src := newSource(file)
	src.kinds = kinds
	data, err := readGiven(file)
	if err != nil {
		src.fault("", "", "cannot be read: %v", err)
		return nil, src.faults
	}
	checkForgeable(src)
	return load(src, data, filepath.Dir(file), trial...)
}

// load goes on after faults, to find all of them, and leaves out what rests on something faulty.
func load(src *source, data []byte, folder string, trial ...string) (*Config, Faults) {
	var doc document
	if !readYAML(src, data, settingsFile, &doc) {
		return nil, src.faults.sorted()
	}
	cfg := &Config{Path: src.file, source: src}
	readService(src, &doc, folder, cfg)
	days := readCalendars(src, doc.Calendars, folder, trial)
	cfg.Connections = connectionReader{src, folder, cfg.Listen != ""}.connections(doc.Connections)
	cfg.Mappings = mappingReader{src, cfg.Connections}.mappings(doc.Mappings)
	contracts := contractReader{source: src, cfg: cfg, days: days, folder: folder, texts: map[string]text{}}
	cfg.Contracts = contracts.contracts(doc.Contracts)
	cfg.contractAt = make(map[string]int, len(cfg.Contracts))
	for i := range cfg.Contracts {
		cfg.contractAt[cfg.Contracts[i].ID] = i
	}
	cfg.Web = webReader{src, folder, cfg.Listen}.web(&doc.Web, cfg.Contracts)
	crossCheck(src, cfg, len(cfg.Contracts) == len(doc.Contracts))
	cfg.Texts = readTexts(src, doc.Texts)
	channelReader{connectionReader{source: src, folder: folder}, cfg, days}.read(&doc)
	faults := src.faults.sorted()
	if faults.At(Error) != nil {
		return nil, faults
	}
	cfg.Fingerprint = cfg.fingerprint()
	return cfg, faults
}

func readTexts(src *source, docs []textDoc) []Text {
	var out []Text
	seen := map[Text]int{}
	for i, t := range docs {
		path := fmt.Sprintf("texts[%d]", i)
		key := Text{ID: t.ID, Lang: t.Lang}
		if first, twice := seen[key]; twice && t.ID != "" && t.Lang != "" {
			src.fault(path, t.ID, "has a text in %s already, texts[%d]", t.Lang, first)
			continue
		}
		seen[key] = i
		out = append(out, Text{ID: t.ID, Lang: t.Lang, Text: t.Text, Path: path})
	}
	return out
}

// readFile reads a file that a configuration names.
func readFile(name string) ([]byte, error) { return readFrom(name, openRegular) }

// readGiven reads a file that the command line names: that may be a pipe, such as a shell's <(...).
func readGiven(name string) ([]byte, error) {
	return readFrom(name, func(name string) (*os.File, error) {
		info, err := os.Stat(name)
		if err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) == 0 {
			err = checkRegular(name)
		}
		if err != nil {
			return nil, withoutPath(err)
		}
		f, err := os.Open(name)
		return f, withoutPath(err)
	})
}

func readFrom(name string, open func(string) (*os.File, error)) ([]byte, error) {
	f, err := open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, message.New("there is no such file")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if len(data) > maxFile {
		return nil, message.Errorf("it is longer than %d bytes", maxFile)
	}
	return data, nil
}

// openRegular opens a regular file for reading. Errors do not name the file.
func openRegular(name string) (*os.File, error) {
	if err := checkRegular(name); err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	return f, withoutPath(err)
}

// checkRegular refuses what is no regular file without opening it: to open a pipe takes until somebody writes to it,
// and a device has no end.
func checkRegular(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return withoutPath(err)
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return message.New("it is a folder; name a regular file")
	case mode&fs.ModeNamedPipe != 0:
		return message.New("it is a pipe; name a regular file")
	case mode&fs.ModeSocket != 0:
		return message.New("it is a socket; name a regular file")
	}
	return message.New("it is a device; name a regular file")
}

// checkForgeable refuses a file that everyone on this machine may change. Whoever can change it can have the key sent
// to a host of their own; the group may be the service's own.
func checkForgeable(src *source) {
	if info, err := os.Stat(src.file); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o002 != 0 {
		src.fault("", "", "everyone on this machine may change it (mode %04o), and have the key sent elsewhere; chmod o-w",
			info.Mode().Perm())
	}
}

// Exposed says that everyone on this machine may read a configuration file, and nothing when not everyone may. It
// holds no secret, only names of people and the tracker's address, so that is worth a word where somebody looks, and
// no fault.
func Exposed(file string) message.Message {
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm()&0o004 == 0 {
		return none
	}
	return message.Of("everyone on this machine may read %s (mode %04o): chmod 640, or 600", file, info.Mode().Perm())
}
